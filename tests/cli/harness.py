"""What tests in Python count: `check` reports what is wrong and goes on, `finish` ends."""
import sys

checks = failures = 0


def check(what, right):
    global checks, failures
    checks += 1
    if not right:
        failures += 1
        print("FAILED:", what)


def finish(exactly=None, at_least=1):
    """Exit status 0 only if all held and none was left out."""
    print(f"{checks} checks, {failures} failed")
    sys.exit(failures > 0 or checks < at_least or checks != (exactly or checks))

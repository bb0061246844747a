/* answer.h - a known-answer trial: small trainings built into the program, whose
 * records are hashed bit by bit. Two machines that differ in the digest give different
 * results. 70 ms.
 */
#ifndef SWEEP_ANSWER_H
#define SWEEP_ANSWER_H

#include "sweep/status.h"

enum { ANSWER_SIZE = 33 };

/* 32 hexadecimal digits. SWEEP_OK, SWEEP_NO_MEMORY, or what the grid reader says. */
int answer_digest(char digest[ANSWER_SIZE], struct diagnostics *log);

#endif

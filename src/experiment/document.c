#include "sweep/document.h"
#include "sweep/memory.h"
#include <stdio.h>
#include <string.h>
#include <yaml.h>

struct builder {
    yaml_parser_t parser;
    const char *file;
    const char *text;
    size_t size;
    struct diagnostics *log;
    int status;
    bool broken; /* no tree can be had any more */
};

static void refuse_at(struct builder *b, const yaml_mark_t *mark, const char *problem)
{
    diagnostics_add(b->log, b->file, mark->line + 1, mark->column + 1, "%s", problem);
    b->status = SWEEP_INPUT;
    if (b->log->count + b->log->lost >= DOCUMENT_ERROR_LIMIT)
        b->broken = true;
}

static void refuse_all(struct builder *b, const yaml_mark_t *mark, const char *problem)
{
    refuse_at(b, mark, problem);
    b->broken = true;
}

static void lack_memory(struct builder *b)
{
    b->status = SWEEP_NO_MEMORY;
    b->broken = true;
}

/* Bytes that are no text have an offset only: count lines and columns up to it. */
static void refuse_bytes(struct builder *b)
{
    yaml_mark_t mark = {0};
    char problem[128];

    for (size_t i = 0; i < b->parser.problem_offset && i < b->size; i++) {
        mark.column++;
        if (b->text[i] == '\n') {
            mark.line++;
            mark.column = 0;
        }
    }
    snprintf(problem, sizeof problem, "not plain text: %s", b->parser.problem);
    refuse_all(b, &mark, problem);
}

/* Whether a tab is among the blanks that a line, from 0, begins with. */
static bool begins_with_tab(const struct builder *b, size_t line)
{
    const char *c = b->text, *end = b->text + b->size;
    for (; line > 0 && c < end; c++)
        line -= *c == '\n';
    while (c < end && *c == ' ')
        c++;
    return line == 0 && c < end && *c == '\t';
}

static void refuse_syntax(struct builder *b)
{
    const yaml_parser_t *parser = &b->parser;
    char problem[256];

    if (parser->error == YAML_MEMORY_ERROR) {
        lack_memory(b);
    } else if (parser->error == YAML_READER_ERROR) {
        refuse_bytes(b);
    } else {
        if (begins_with_tab(b, parser->problem_mark.line)) {
            refuse_all(b, &parser->problem_mark,
                       "a tab begins the line: YAML is indented with blanks only");
            return;
        }
        snprintf(problem, sizeof problem, "not valid YAML: %s%s%s", parser->problem,
                 parser->context ? " " : "", parser->context ? parser->context : "");
        refuse_all(b, &parser->problem_mark, problem);
    }
}

static bool next_event(struct builder *b, yaml_event_t *event)
{
    if (b->broken)
        return false;
    if (!yaml_parser_parse(&b->parser, event)) {
        refuse_syntax(b);
        return false;
    }
    return true;
}

static struct node *node_new(struct builder *b, enum node_kind kind,
                             const yaml_mark_t *mark, const char *text, size_t length)
{
    struct node *node = memory_array(1, sizeof *node + length + 1);

    if (!node) {
        lack_memory(b);
        return NULL;
    }
    node->kind = kind;
    node->line = mark->line + 1;
    node->column = mark->column + 1;
    memcpy(node->text, text, length);
    return node;
}

/* The first control character of a text, C1 and delete among them, or -1. What is no
 * UTF-8 was refused before. */
static int control_of(const unsigned char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] < ' ' || text[i] == 0x7f)
            return text[i];
        if (text[i] == 0xc2 && text[i + 1] < 0xa0)
            return text[i + 1];
    }
    return -1;
}

/* Texts end up on terminals and in scripts: none may act there. Nothing is read on, as
 * further messages would show the text. */
static void check_letters(struct builder *b, const yaml_mark_t *mark, const char *text,
                          size_t length)
{
    int control = control_of((const unsigned char *)text, length);
    char problem[128];

    if (control < 0)
        return;
    snprintf(problem, sizeof problem,
             "a text must not hold the control character U+%04X: remove it", control);
    refuse_all(b, mark,
               control == '\n' || control == '\r'
                   ? "a text must not hold a line break: write it on one line"
                   : problem);
}

/* Block scalars ('|', '>') hold the breaks between their lines and one at the end: they
 * count as blanks and as nothing. Returns the length that is left. */
static size_t join_lines(char *text, size_t length)
{
    while (length > 0 && text[length - 1] == '\n')
        text[--length] = '\0';
    for (size_t i = 0; i < length; i++)
        if (text[i] == '\n')
            text[i] = ' ';
    return length;
}

static struct node *scalar_node(struct builder *b, const yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;
    size_t length = event->data.scalar.length;
    yaml_scalar_style_t style = event->data.scalar.style;
    struct node *node = node_new(b, NODE_SCALAR, &event->start_mark, text, length);

    if (!node)
        return NULL;
    node->plain = style == YAML_PLAIN_SCALAR_STYLE;
    if (style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE)
        length = join_lines(node->text, length);
    check_letters(b, &event->start_mark, node->text, length);
    return node;
}

static void refuse_extras(struct builder *b, const yaml_event_t *event,
                          const yaml_char_t *anchor, const yaml_char_t *tag)
{
    if (anchor)
        refuse_at(b, &event->start_mark, "anchors ('&') are not supported: remove it");
    if (tag)
        refuse_at(b, &event->start_mark, "tags ('!') are not supported: remove it");
}

/* A node without its children. NULL: the end of a collection, or broken. */
static struct node *read_event(struct builder *b)
{
    yaml_event_t event;
    struct node *node = NULL;

    if (!next_event(b, &event))
        return NULL;
    switch (event.type) {
    case YAML_ALIAS_EVENT:
        refuse_all(b, &event.start_mark,
                   "aliases ('*') are not supported: write the value out");
        break;
    case YAML_SCALAR_EVENT:
        refuse_extras(b, &event, event.data.scalar.anchor, event.data.scalar.tag);
        node = scalar_node(b, &event);
        break;
    case YAML_SEQUENCE_START_EVENT:
        refuse_extras(b, &event, event.data.sequence_start.anchor,
                      event.data.sequence_start.tag);
        node = node_new(b, NODE_SEQUENCE, &event.start_mark, "", 0);
        break;
    case YAML_MAPPING_START_EVENT:
        refuse_extras(b, &event, event.data.mapping_start.anchor,
                      event.data.mapping_start.tag);
        node = node_new(b, NODE_MAPPING, &event.start_mark, "", 0);
        break;
    default:
        break;
    }
    yaml_event_delete(&event);
    return node;
}

static const struct node *find_key(const struct node *mapping, const char *key)
{
    const struct node *node = mapping->first;

    while (node && strcmp(node->text, key) != 0)
        node = node->next;
    return node;
}

/* Whether a key just read may join the mapping. */
static bool key_allowed(struct builder *b, const struct node *mapping,
                        const struct node *key)
{
    yaml_mark_t mark = {.line = key->line - 1, .column = key->column - 1};
    const struct node *earlier = find_key(mapping, key->text);
    char problem[128];

    if (key->kind != NODE_SCALAR) {
        refuse_all(b, &mark, "a key must be a single word");
    } else if (mapping->count == DOCUMENT_KEY_LIMIT) {
        snprintf(problem, sizeof problem, "a mapping has more than %d keys",
                 DOCUMENT_KEY_LIMIT);
        refuse_all(b, &mark, problem);
    } else if (earlier) {
        snprintf(problem, sizeof problem, "'%.64s' is given twice: first in line %zu",
                 key->text, earlier->line);
        refuse_at(b, &mark, problem);
        return false;
    }
    return !b->broken;
}

static struct node *read_node(struct builder *b, size_t depth);

static void read_children(struct builder *b, struct node *parent, size_t depth)
{
    struct node **end = &parent->first;
    struct node *child;

    while ((child = read_node(b, depth))) {
        if (parent->kind == NODE_MAPPING) {
            child->value = read_node(b, depth);
            if (b->broken || !key_allowed(b, parent, child)) {
                document_free(child);
                continue;
            }
        }
        *end = child;
        end = &child->next;
        parent->count++;
    }
}

static struct node *read_node(struct builder *b, size_t depth)
{
    struct node *node = read_event(b);

    if (node && node->kind != NODE_SCALAR) {
        if (depth == DOCUMENT_DEPTH_LIMIT) {
            yaml_mark_t mark = {.line = node->line - 1, .column = node->column - 1};

            refuse_all(b, &mark, "too many levels of nesting");
        } else {
            read_children(b, node, depth + 1);
        }
    }
    return node;
}

/* The next event, which carries nothing but its type. */
static yaml_event_type_t skip_event(struct builder *b, yaml_mark_t *mark)
{
    yaml_event_t event;
    yaml_event_type_t type;

    if (!next_event(b, &event))
        return YAML_NO_EVENT;
    type = event.type;
    *mark = event.start_mark;
    yaml_event_delete(&event);
    return type;
}

static struct node *build_tree(struct builder *b)
{
    yaml_mark_t mark;
    struct node *root;

    skip_event(b, &mark); /* start of the stream */
    if (skip_event(b, &mark) == YAML_STREAM_END_EVENT) {
        refuse_all(b, &(yaml_mark_t){0}, "the file is empty: start with 'name: ...'");
        return NULL;
    }
    root = read_node(b, 0);
    skip_event(b, &mark); /* end of the document */
    if (skip_event(b, &mark) == YAML_DOCUMENT_START_EVENT)
        refuse_all(b, &mark, "a second document starts: a grid file holds one");
    return root;
}

int document_read(struct node **root, const char *file, const char *text, size_t size,
                  struct diagnostics *log)
{
    size_t mark = size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    struct builder b = {
        .file = file, .text = text + mark, .size = size - mark, .log = log};

    *root = NULL;
    if (!yaml_parser_initialize(&b.parser))
        return SWEEP_NO_MEMORY;
    yaml_parser_set_encoding(&b.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&b.parser, (const unsigned char *)b.text, b.size);
    *root = build_tree(&b);
    yaml_parser_delete(&b.parser);
    if (b.broken) {
        document_free(*root);
        *root = NULL;
    }
    return b.status;
}

const struct node *document_value(const struct node *mapping, const char *key)
{
    const struct node *found = find_key(mapping, key);

    return found ? found->value : NULL;
}

void document_free(struct node *node)
{
    while (node) {
        struct node *next = node->next;

        document_free(node->first);
        document_free(node->value);
        memory_free(node);
        node = next;
    }
}

package io.insula.inference.text.jinja;

/**
 * A lexical unit of a template.
 *
 * @param text the characters it stands for: data as it is written out, a string without quotes and escapes
 * @param offset where it begins in the source
 */
record Token(Kind kind, String text, int offset) {

    enum Kind {
        DATA,
        BLOCK_BEGIN,
        BLOCK_END,
        VARIABLE_BEGIN,
        VARIABLE_END,
        NAME,
        STRING,
        INTEGER,
        FLOAT,
        OPERATOR,
        END
    }

    boolean is(Kind expected, String expectedText) {
        return kind == expected && text.equals(expectedText);
    }

    boolean isOperator(String operator) {
        return is(Kind.OPERATOR, operator);
    }

    boolean isName(String name) {
        return is(Kind.NAME, name);
    }
}

package io.insula.inference.text.jinja;

import io.insula.inference.text.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a template into tokens, with the whitespace control of {@code trim_blocks} and {@code lstrip_blocks} on, as chat
 * templates expect it.
 */
final class Lexer {

    private static final Pattern RAW = Pattern.compile("\\{%[-+]?\\s*raw\\s*(-?)%}");
    private static final Pattern END_RAW = Pattern.compile("\\{%([-+]?)\\s*endraw\\s*([-+]?)%}");
    private static final String[] OPERATORS = {
        "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=",
        ".", ":", "|", ",", ";"
    };

    private final Source source;
    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    /** Whether what was read last ends a line, so that a tag's indentation can be dropped. */
    private boolean lineStarting = true;

    private Lexer(Source source) {
        this.source = source;
        this.text = source.text();
    }

    static List<Token> tokens(Source source) {
        Lexer lexer = new Lexer(source);
        lexer.readTemplate();
        return lexer.tokens;
    }

    private void readTemplate() {
        while (at < text.length()) {
            int tag = nextTag(at);
            if (tag < 0) {
                add(Kind.DATA, text.substring(at), at);
                at = text.length();
                break;
            }
            char kind = text.charAt(tag + 1);
            char sign = tag + 2 < text.length() ? text.charAt(tag + 2) : ' ';
            addData(at, tag, sign, kind != '{');
            int from = tag + (sign == '-' || sign == '+' ? 3 : 2);
            if (kind == '#') {
                readComment(tag, from);
            } else if (kind == '{') {
                add(Kind.VARIABLE_BEGIN, "{{", tag);
                at = from;
                readExpression(tag, "}}", Kind.VARIABLE_END);
            } else if (!readRaw(tag)) {
                add(Kind.BLOCK_BEGIN, "{%", tag);
                at = from;
                readExpression(tag, "%}", Kind.BLOCK_END);
            }
        }
        add(Kind.END, "end of template", text.length());
    }

    private int nextTag(int from) {
        for (int i = text.indexOf('{', from); i >= 0 && i + 1 < text.length(); i = text.indexOf('{', i + 1)) {
            char next = text.charAt(i + 1);
            if (next == '{' || next == '%' || next == '#') {
                return i;
            }
        }
        return -1;
    }

    /** Adds the data before a tag, stripped as the tag's sign and the settings demand. */
    private void addData(int from, int to, char sign, boolean dropsIndentation) {
        int end = to;
        if (sign == '-') {
            while (end > from && Text.isSpace(text.charAt(end - 1))) {
                end--;
            }
        } else if (sign != '+' && dropsIndentation) {
            int lineStart = to;
            while (lineStart > from && text.charAt(lineStart - 1) != '\n') {
                lineStart--;
            }
            boolean startsLine = lineStart > from || lineStarting;
            if (startsLine && text.substring(lineStart, to).chars().allMatch(Text::isSpace)) {
                end = lineStart;
            }
        }
        if (end > from) {
            add(Kind.DATA, text.substring(from, end), from);
        }
    }

    private void readComment(int tag, int from) {
        int end = text.indexOf("#}", from);
        if (end < 0) {
            throw source.error(tag, "comment without end");
        }
        char sign = end > from ? text.charAt(end - 1) : ' ';
        at = end + 2;
        skipAfterTag(sign);
    }

    private boolean readRaw(int tag) {
        Matcher begin = RAW.matcher(text).region(tag, text.length());
        if (!begin.lookingAt()) {
            return false;
        }
        at = begin.end();
        lineStarting = false;
        if (!begin.group(1).isEmpty()) {
            skipSpace();
        }
        Matcher end = END_RAW.matcher(text);
        if (!end.find(at)) {
            throw source.error(tag, "raw block without endraw");
        }
        addData(at, end.start(), firstOr(end.group(1), ' '), true);
        at = end.end();
        skipAfterTag(firstOr(end.group(2), ' '));
        return true;
    }

    private static char firstOr(String text, char fallback) {
        return text.isEmpty() ? fallback : text.charAt(0);
    }

    /** What the end of a block or comment swallows: all space after a minus, one line end after no sign. */
    private void skipAfterTag(char sign) {
        int from = at;
        if (sign == '-') {
            skipSpace();
        } else if (sign != '+' && at < text.length() && text.charAt(at) == '\n') {
            at++;
        }
        lineStarting = at > from && text.charAt(at - 1) == '\n';
    }

    private void skipSpace() {
        while (at < text.length() && Text.isSpace(text.charAt(at))) {
            at++;
        }
    }

    private void readExpression(int tag, String end, Kind endKind) {
        int open = 0;
        while (true) {
            skipSpace();
            if (at >= text.length()) {
                throw source.error(tag, "tag without end");
            }
            char c = text.charAt(at);
            boolean signed = c == '-' || (c == '+' && endKind == Kind.BLOCK_END);
            int sign = signed && text.startsWith(end, at + 1) ? 1 : 0;
            if (open == 0 && (sign == 1 || text.startsWith(end, at))) {
                add(endKind, end, at);
                at += sign + 2;
                lineStarting = false;
                if (sign == 1 && c == '-') {
                    skipAfterTag('-');
                } else if (sign == 0 && endKind == Kind.BLOCK_END) {
                    skipAfterTag(' ');
                }
                return;
            }
            if (c == '\'' || c == '"') {
                readString(c);
            } else if (isDigit(at)) {
                readNumber();
            } else if (Character.isLetter(c) || c == '_') {
                int from = at;
                while (at < text.length() && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) {
                    at++;
                }
                add(Kind.NAME, text.substring(from, at), from);
            } else {
                open += readOperator();
            }
        }
    }

    private int readOperator() {
        for (String operator : OPERATORS) {
            if (text.startsWith(operator, at)) {
                add(Kind.OPERATOR, operator, at);
                at += operator.length();
                return switch (operator) {
                    case "(", "[", "{" -> 1;
                    case ")", "]", "}" -> -1;
                    default -> 0;
                };
            }
        }
        throw source.error(at, "unexpected character '" + text.charAt(at) + "'");
    }

    private void readNumber() {
        int from = at;
        skipDigits();
        boolean afterDot = from > 0 && text.charAt(from - 1) == '.';
        boolean real = false;
        if (!afterDot && at + 1 < text.length() && text.charAt(at) == '.' && isDigit(at + 1)) {
            at++;
            skipDigits();
            real = true;
        }
        if (!afterDot && at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
            int digits = at + 1;
            if (digits < text.length() && (text.charAt(digits) == '+' || text.charAt(digits) == '-')) {
                digits++;
            }
            if (isDigit(digits)) {
                at = digits;
                skipDigits();
                real = true;
            }
        }
        add(real ? Kind.FLOAT : Kind.INTEGER, text.substring(from, at).replace("_", ""), from);
    }

    private void skipDigits() {
        while (isDigit(at) || (at < text.length() && text.charAt(at) == '_' && isDigit(at + 1))) {
            at++;
        }
    }

    private boolean isDigit(int index) {
        return index < text.length() && text.charAt(index) >= '0' && text.charAt(index) <= '9';
    }

    private void readString(char quote) {
        int from = at;
        StringBuilder value = new StringBuilder();
        at++;
        while (at < text.length() && text.charAt(at) != quote) {
            if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                at++;
                readEscape(value);
            } else {
                value.append(text.charAt(at));
                at++;
            }
        }
        if (at >= text.length()) {
            throw source.error(from, "string without end");
        }
        at++;
        add(Kind.STRING, value.toString(), from);
    }

    /** An escape as Python reads it; an unknown one keeps its backslash. */
    private void readEscape(StringBuilder value) {
        char escape = text.charAt(at);
        at++;
        switch (escape) {
            case 'n' -> value.append('\n');
            case 't' -> value.append('\t');
            case 'r' -> value.append('\r');
            case 'b' -> value.append('\b');
            case 'f' -> value.append('\f');
            case 'a' -> value.append('\u0007');
            case 'v' -> value.append('\u000b');
            case '\n' -> {}
            case '\\', '\'', '"' -> value.append(escape);
            case 'x' -> value.appendCodePoint(readHex(2));
            case 'u' -> value.appendCodePoint(readHex(4));
            case 'U' -> value.appendCodePoint(readHex(8));
            default -> {
                if (escape >= '0' && escape <= '7') {
                    int code = escape - '0';
                    for (int i = 0;
                            i < 2 && at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '7';
                            i++) {
                        code = code * 8 + text.charAt(at) - '0';
                        at++;
                    }
                    value.append((char) code);
                } else {
                    value.append('\\').append(escape);
                }
            }
        }
    }

    private int readHex(int digits) {
        int end = at + digits;
        if (end <= text.length()) {
            try {
                int code = Integer.parseInt(text, at, end, 16);
                if (Character.isValidCodePoint(code)) {
                    at = end;
                    return code;
                }
            } catch (NumberFormatException e) {
                throw source.error(at, "escape without " + digits + " hexadecimal digits");
            }
        }
        throw source.error(at, "escape without " + digits + " hexadecimal digits");
    }

    private void add(Kind kind, String value, int offset) {
        tokens.add(new Token(kind, value, offset));
    }
}

package io.insula.inference.text.jinja;

/**
 * The text of a template, with lines ended by LF alone and one at its end dropped, as Jinja reads it.
 *
 * @param name what errors call the template
 */
record Source(String name, String text) {

    static Source of(String name, String text) {
        String normal = text.replace("\r\n", "\n").replace('\r', '\n');
        return new Source(name, normal.endsWith("\n") ? normal.substring(0, normal.length() - 1) : normal);
    }

    TemplateException error(int offset, String what) {
        int end = Math.min(offset, text.length());
        int lineStart = text.lastIndexOf('\n', end - 1) + 1;
        int column = end - lineStart + 1;
        return new TemplateException(name + " line " + line(end) + ", column " + column + ": " + what, false);
    }

    /** An error of a macro's body, with the place where the macro was called; a template's own refusal stays what it is. */
    TemplateException within(String macro, int offset, TemplateException error) {
        return error.refusal()
                ? error
                : new TemplateException(
                        error.getMessage() + ", in macro '" + macro + "' called in line " + line(offset), false);
    }

    private long line(int offset) {
        int end = Math.min(offset, text.length());
        return 1 + text.substring(0, end).chars().filter(c -> c == '\n').count();
    }
}

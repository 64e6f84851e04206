package io.insula.inference.text.jinja;

/** The text of a template, with lines ended by LF alone and one at its end dropped, as Jinja reads it. */
record Source(String text) {

    static Source of(String text) {
        String normal = text.replace("\r\n", "\n").replace('\r', '\n');
        return new Source(normal.endsWith("\n") ? normal.substring(0, normal.length() - 1) : normal);
    }

    TemplateException error(int offset, String what) {
        int end = Math.min(offset, text.length());
        int lineStart = text.lastIndexOf('\n', end - 1) + 1;
        long line =
                1 + text.substring(0, lineStart).chars().filter(c -> c == '\n').count();
        return new TemplateException(
                "template line " + line + ", column " + (end - lineStart + 1) + ": " + what, false);
    }
}

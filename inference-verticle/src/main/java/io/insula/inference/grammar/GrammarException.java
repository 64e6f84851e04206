package io.insula.inference.grammar;

/** A description of answers that cannot be compiled: the message names the place, the keyword and the reason. */
public final class GrammarException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String path;
    private final String keyword;

    /**
     * @param path JSON Pointer into the schema, as a fragment: {@code #/properties/a}; empty where there is no schema
     * @param keyword of JSON Schema; empty where none is to blame
     */
    public GrammarException(String path, String keyword, String reason) {
        super(message(path, keyword, reason), null, false, false);
        this.path = path;
        this.keyword = keyword;
    }

    private static String message(String path, String keyword, String reason) {
        return path
                + (path.isEmpty() || keyword.isEmpty() ? "" : "/")
                + keyword
                + (path.isEmpty() && keyword.isEmpty() ? "" : ": ")
                + reason;
    }

    public String path() {
        return path;
    }

    public String keyword() {
        return keyword;
    }
}

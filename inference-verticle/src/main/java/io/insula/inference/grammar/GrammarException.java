package io.insula.inference.grammar;

/** A description of answers that cannot be compiled: the message names the place, the keyword and the reason. */
public final class GrammarException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String path;
    private final String keyword;
    private final int tool;

    /**
     * @param path JSON Pointer into the schema, as a fragment: {@code #/properties/a}; empty where there is no schema
     * @param keyword of JSON Schema; empty where none is to blame
     */
    public GrammarException(String path, String keyword, String reason) {
        this(path, keyword, reason, -1);
    }

    /**
     * Of the parameters of a tool.
     *
     * @param tool its place in the list of tools, {@code -1} where no one is to blame
     */
    GrammarException(String path, String keyword, String reason, int tool) {
        super(message(path, keyword, reason), null, false, false);
        this.path = path;
        this.keyword = keyword;
        this.tool = tool;
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

    /** The place in the list of tools of the one whose parameters are to blame, {@code -1} for none. */
    public int tool() {
        return tool;
    }
}

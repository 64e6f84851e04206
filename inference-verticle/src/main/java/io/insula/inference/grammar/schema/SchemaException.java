package io.insula.inference.grammar.schema;

/** A schema that cannot be compiled: which keyword, where, and why. */
public final class SchemaException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String pointer;
    private final String keyword;

    /**
     * @param pointer JSON Pointer to the schema that has the keyword, as a fragment: {@code #/properties/a}
     * @param keyword empty where none is to blame
     */
    public SchemaException(String pointer, String keyword, String reason) {
        super(reason, null, false, false);
        this.pointer = pointer;
        this.keyword = keyword;
    }

    public String pointer() {
        return pointer;
    }

    public String keyword() {
        return keyword;
    }
}

package io.insula.inference.grammar.schema;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The formats of strings, each as regular expressions of which a text must match all.
 *
 * <p>A format's expressions match nothing that its standard does not have. Rare spellings are left out: leap seconds,
 * offsets of more than 14 hours, quoted local parts, host names of more than eight labels or with two hyphens in a row, IPv4 inside
 * IPv6, {@code #} in JSON Pointers.
 *
 * <p><b>Source:</b> RFC 3339 and ISO 8601 (dates), RFC 5321 (email), RFC 1123 (host names), RFC 2673 and 4291 (addresses),
 * RFC 3986 (URIs), RFC 4122 (UUIDs), RFC 6901 (JSON Pointers).
 */
final class StringFormats {

    private static final String DATE =
            "(?:\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|1\\d|2[0-8]))"
                    + "|(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)";
    private static final String TIME =
            "(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,9})?" + "(?:[Zz]|[+-](?:(?:0\\d|1[0-3]):[0-5]\\d|14:00))";
    private static final String LABEL = "[A-Za-z0-9](?:-?[A-Za-z0-9])*";
    private static final String HOST = LABEL + "(?:\\." + LABEL + "){0,7}";
    private static final String SHORT_LABELS = "[^.]{1,30}(?:\\.[^.]{1,30})*";
    private static final String BYTE = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    private static final String IPV4 = BYTE + "(?:\\." + BYTE + "){3}";
    private static final String GROUP = "[0-9A-Fa-f]{1,4}";
    private static final String IPV6 = ipv6();
    private static final String ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
    private static final String PERCENT = "%[0-9A-Fa-f]{2}";
    private static final String PCHAR = "(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|" + PERCENT + ")";
    private static final String USER = "(?:[A-Za-z0-9._~!$&'()*+,;=:-]|" + PERCENT + ")*";
    private static final String AUTHORITY =
            "(?:" + USER + "@)?(?:" + HOST + "|" + IPV4 + "|\\[" + IPV6 + "\\])(?::\\d{1,4})?";
    private static final String TAIL = "(?:\\?(?:" + PCHAR + "|[/?])*)?(?:#(?:" + PCHAR + "|[/?])*)?";
    private static final String ABEMPTY = "(?:/" + PCHAR + "*)*";
    private static final String SCHEME = "[A-Za-z][A-Za-z0-9+.-]*";
    private static final String URI =
            SCHEME + ":(?://" + AUTHORITY + ABEMPTY + "|/?" + PCHAR + "+" + ABEMPTY + ")" + TAIL;
    private static final String URI_REFERENCE = "(?:" + URI + "|(?://" + AUTHORITY + ABEMPTY
            + "|/(?:" + PCHAR + "+" + ABEMPTY + ")?|(?:[A-Za-z0-9._~!$&'()*+,;=@-]|" + PERCENT + ")+" + ABEMPTY + ")?"
            + TAIL
            + ")";
    private static final String POINTER = "(?:/(?:[^~/#]|~[01])*)*";

    private static final Map<String, List<String>> EXPRESSIONS = Map.ofEntries(
            Map.entry("date", List.of(DATE)),
            Map.entry("time", List.of(TIME)),
            Map.entry("date-time", List.of(DATE + "[Tt]" + TIME)),
            Map.entry("duration", List.of(duration())),
            Map.entry("email", List.of(ATOM + "(?:\\." + ATOM + ")*@" + HOST, "[^@]{1,64}@" + SHORT_LABELS)),
            Map.entry("hostname", List.of(HOST, SHORT_LABELS)),
            Map.entry("ipv4", List.of(IPV4)),
            Map.entry("ipv6", List.of(IPV6)),
            Map.entry("uuid", List.of("[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}")),
            Map.entry("uri", List.of(URI)),
            Map.entry("uri-reference", List.of(URI_REFERENCE)),
            Map.entry("json-pointer", List.of(POINTER)),
            Map.entry("relative-json-pointer", List.of("(?:0|[1-9]\\d{0,8})(?:#|" + POINTER + ")")));

    /** Formats of the specification that are not among them. */
    private static final Set<String> REFUSED =
            Set.of("idn-email", "idn-hostname", "iri", "iri-reference", "uri-template", "regex");

    private StringFormats() {}

    private static String duration() {
        String time = "T(?:\\d{1,9}H(?:\\d{1,9}M(?:\\d{1,9}S)?)?|\\d{1,9}M(?:\\d{1,9}S)?|\\d{1,9}S)";
        String date = "(?:\\d{1,9}D|\\d{1,9}M(?:\\d{1,9}D)?|\\d{1,9}Y(?:\\d{1,9}M(?:\\d{1,9}D)?)?)";
        return "P(?:" + date + "(?:" + time + ")?|" + time + "|\\d{1,9}W)";
    }

    private static String ipv6() {
        StringBuilder forms = new StringBuilder("(?:(?:" + GROUP + ":){7}" + GROUP);
        for (int before = 0; before <= 6; before++) {
            forms.append('|');
            forms.append(before == 0 ? "" : "(?:" + GROUP + ":){" + (before - 1) + "}" + GROUP);
            forms.append("::(?:")
                    .append(GROUP)
                    .append("(?::" + GROUP + "){0,")
                    .append(6 - before)
                    .append("})?");
        }
        return forms.append(')').toString();
    }

    /** Whether a format narrows the strings; unknown ones are notes. */
    static boolean constrains(String format) {
        return EXPRESSIONS.containsKey(format) || REFUSED.contains(format);
    }

    static boolean refused(String format) {
        return REFUSED.contains(format);
    }

    /** What texts of a format must match, as a whole; nothing for an unknown format. */
    static List<String> expressions(String format) {
        return EXPRESSIONS.getOrDefault(format, List.of());
    }

    static List<String> names() {
        return EXPRESSIONS.keySet().stream().sorted().toList();
    }
}

package io.insula.inference.grammar.automaton;

import java.util.List;
import java.util.TreeMap;

/** A tree of texts, byte by byte, on its way into an automaton. */
final class TextTree {

    private final TreeMap<Integer, TextTree> children = new TreeMap<>();
    private int tag = ByteDfa.NONE;

    static TextTree of(List<byte[]> texts) {
        TextTree root = new TextTree();
        for (int i = 0; i < texts.size(); i++) {
            TextTree node = root;
            for (byte value : texts.get(i)) {
                node = node.children.computeIfAbsent(value & 0xff, key -> new TextTree());
            }
            if (node.tag == ByteDfa.NONE) {
                node.tag = i;
            }
        }
        return root;
    }

    ByteDfa build(DfaBuilder builder, ByteClasses classes) {
        java.util.ArrayDeque<TextTree> queue = new java.util.ArrayDeque<>();
        java.util.ArrayDeque<Integer> ids = new java.util.ArrayDeque<>();
        queue.add(this);
        ids.add(builder.add(tag));
        while (!queue.isEmpty()) {
            TextTree node = queue.remove();
            int id = ids.remove();
            node.children.forEach((value, child) -> {
                int childId = builder.add(child.tag);
                builder.connect(id, classes.classOf(value), childId);
                queue.add(child);
                ids.add(childId);
            });
        }
        return builder.build();
    }
}

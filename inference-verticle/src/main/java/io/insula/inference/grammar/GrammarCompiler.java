package io.insula.inference.grammar;

import io.insula.inference.grammar.automaton.AutomatonException;
import io.insula.inference.grammar.automaton.ByteDfa;
import io.insula.inference.grammar.automaton.Languages;
import io.insula.inference.grammar.automaton.Pattern;
import io.insula.inference.grammar.automaton.Spelling;
import io.insula.inference.grammar.automaton.Workbench;
import io.insula.inference.grammar.schema.Formats;
import io.insula.inference.grammar.schema.SchemaCompiler;
import io.insula.inference.grammar.schema.SchemaException;
import io.insula.inference.grammar.schema.SchemaGraph;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Compiles descriptions of answers for the vocabulary of one model, and keeps what was compiled as long as there is room.
 *
 * <p><b>Thread:</b> any; compilations run where they are asked for, in bounded time.
 *
 * <p><b>Errors:</b> {@link GrammarException}.
 *
 * <p><b>Source:</b> masks over a tree of the vocabulary, cut into what stays inside a lexeme and what leaves it: Dong et
 * al., "XGrammar: flexible and efficient structured generation engine for large language models", MLSys 2025; automata of
 * lexemes under a stack of frames: Willard and Louf, "Efficient guided generation for large language models", 2023.
 */
public final class GrammarCompiler {

    /** The part of the room of grammars that automata have which several of them may use. */
    private static final int LEXEMES_SHARE = 8;

    private final GrammarVocabulary vocabulary;
    private final GrammarConfig config;
    private final MaskCache masks;
    private final FreeString free;
    private final Formats formats;
    private final GrammarShelf shelf;
    private final LexemeShelf lexemes;

    public GrammarCompiler(GrammarVocabulary vocabulary, GrammarConfig config) {
        this.vocabulary = vocabulary;
        this.config = config;
        this.masks = new MaskCache(config.maskBytes());
        this.free = new FreeString(vocabulary.longest(), workbench());
        this.formats = new Formats(this::workbench);
        long shared = config.compiledBytes() / LEXEMES_SHARE;
        this.lexemes = new LexemeShelf(shared);
        this.shelf = new GrammarShelf(config.compiledBytes() - shared);
    }

    private Workbench workbench() {
        return new Workbench(
                vocabulary.alphabet(),
                config.schema().maxStates(),
                config.schema().maxSteps());
    }

    /** The grammar of a description: the one that was compiled before, as long as it is kept. */
    public CompiledGrammar compile(GrammarSource source) {
        checkLength(source);
        return shelf.get(source, () -> build(source));
    }

    private void checkLength(GrammarSource source) {
        long length = switch (source) {
            case GrammarSource.JsonObject ignored -> 0;
            case GrammarSource.JsonSchema schema -> schema.schema().length();
            case GrammarSource.Regex regex -> regex.pattern().length();
            case GrammarSource.Choice choice ->
                choice.texts().stream().mapToLong(String::length).sum();
            case GrammarSource.ToolCalls calls ->
                calls.tools().stream()
                        .mapToLong(
                                tool -> tool.name().length() + tool.parameters().length())
                        .sum();
        };
        if (length > config.maxTextBytes()) {
            throw new GrammarException("", "", "is longer than " + config.maxTextBytes() + " bytes");
        }
    }

    private CompiledGrammar build(GrammarSource source) {
        Workbench work = workbench();
        Machine machine = new Machine(masks, vocabulary.longest() + 1, config.maxIndent());
        End end = new End(Context.unique());
        RuleAssembly rules = new RuleAssembly(this::lexeme, free, vocabulary.longest(), work);
        try {
            Cursor begin = switch (source) {
                case GrammarSource.JsonObject ignored ->
                    value(machine, end, rules, () -> SchemaCompiler.anyObject(config.schema(), formats, work));
                case GrammarSource.JsonSchema schema ->
                    value(
                            machine,
                            end,
                            rules,
                            () -> SchemaCompiler.compile(
                                    schema.schema(), schema.objects(), config.schema(), formats, work));
                case GrammarSource.Regex regex ->
                    text(Pattern.parse(regex.pattern()).whole(Spelling.RAW, work), end, rules, work);
                case GrammarSource.Choice choice ->
                    text(
                            Languages.texts(
                                    choice.texts().stream()
                                            .map(text -> text.getBytes(StandardCharsets.UTF_8))
                                            .toList(),
                                    work),
                            end,
                            rules,
                            work);
                case GrammarSource.ToolCalls calls -> calls(calls, machine, end, rules, work);
            };
            return new CompiledGrammar(vocabulary, masks, begin, rules.weight());
        } catch (SchemaException e) {
            throw new GrammarException(e.pointer(), e.keyword(), String.valueOf(e.getMessage()));
        } catch (AutomatonException e) {
            throw new GrammarException("", "", String.valueOf(e.getMessage()));
        } catch (StackOverflowError e) {
            // Depths are bounded where they are known; the stack of the asking strand is not.
            throw new GrammarException("", "", "is nested too deep");
        }
    }

    private static Cursor value(Machine machine, End end, RuleAssembly rules, Supplier<SchemaGraph> graph) {
        ValueRule rule = rules.assemble(graph.get());
        return Place.spaced(machine, new Place.Value(machine, List.of(rule), end));
    }

    private Cursor text(ByteDfa dfa, End end, RuleAssembly rules, Workbench work) {
        if (dfa.isEmpty()) {
            throw new AutomatonException("no text meets it");
        }
        DfaLexeme lexeme = rules.count(lexeme(dfa.minimal(work), work));
        return new LexemeCursor(List.of(new LexemeCursor.Strand(lexeme, lexeme.start(), LexemeCursor.BY_TAG)), end);
    }

    private Cursor calls(GrammarSource.ToolCalls calls, Machine machine, End end, RuleAssembly rules, Workbench work) {
        List<ValueRule> arguments = new ArrayList<>();
        for (int i = 0; i < calls.tools().size(); i++) {
            try {
                arguments.add(rules.assemble(SchemaCompiler.compile(
                        calls.tools().get(i).parameters(), true, config.schema(), formats, work)));
            } catch (SchemaException e) {
                if (work.spent() > config.schema().maxSteps()) {
                    throw new GrammarException("", "", String.valueOf(e.getMessage()));
                }
                throw new GrammarException(e.pointer(), e.keyword(), String.valueOf(e.getMessage()), i);
            }
        }
        CallAssembly assembly = new CallAssembly(calls, dfa -> rules.count(lexeme(dfa, work)), work);
        return ToolCallFrame.begin(machine, assembly.assemble(arguments), end);
    }

    private DfaLexeme lexeme(ByteDfa dfa, Workbench work) {
        return lexemes.get(dfa, () -> new DfaLexeme(dfa, vocabulary.longest(), work));
    }

    /** Estimated bytes of the grammars and lexemes that are kept. */
    long compiledBytes() {
        return shelf.bytes() + lexemes.bytes();
    }

    /** Estimated bytes of the masks that are kept. */
    public long maskBytes() {
        return masks.bytes();
    }
}

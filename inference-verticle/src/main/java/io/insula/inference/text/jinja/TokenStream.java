package io.insula.inference.text.jinja;

import io.insula.inference.text.jinja.Token.Kind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The tokens of a template while it is parsed, and how deep the parser is in them. */
final class TokenStream {

    private final Source source;
    private final List<Token> tokens;
    private final int maxNesting;
    private final Map<String, Integer> reads = new HashMap<>();
    private int at;
    private int nesting;

    TokenStream(Source source, int maxNesting) {
        this.source = source;
        this.tokens = Lexer.tokens(source);
        this.maxNesting = maxNesting;
    }

    Token peek() {
        return tokens.get(at);
    }

    Token peek(int ahead) {
        return tokens.get(Math.min(at + ahead, tokens.size() - 1));
    }

    Token next() {
        Token token = tokens.get(at);
        if (token.kind() != Kind.END) {
            at++;
        }
        return token;
    }

    boolean skipOperator(String operator) {
        boolean here = peek().isOperator(operator);
        if (here) {
            at++;
        }
        return here;
    }

    boolean skipName(String name) {
        boolean here = peek().isName(name);
        if (here) {
            at++;
        }
        return here;
    }

    Token expectOperator(String operator) {
        if (!peek().isOperator(operator)) {
            throw unexpected("'" + operator + "'");
        }
        return next();
    }

    Token expect(Kind kind, String what) {
        if (peek().kind() != kind) {
            throw unexpected(what);
        }
        return next();
    }

    void expectName(String name) {
        if (!skipName(name)) {
            throw unexpected("'" + name + "'");
        }
    }

    TemplateException unexpected(String expected) {
        return error(peek(), "unexpected '" + peek().text() + "' (expected: " + expected + ")");
    }

    TemplateException error(Token token, String what) {
        return source.error(token.offset(), what);
    }

    /** Counts a step and says where a fault happened. */
    Expression at(Token token, Expression expression) {
        Source read = source;
        return run -> {
            try {
                run.step();
                return expression.evaluate(run);
            } catch (TemplateFault fault) {
                throw read.error(token.offset(), fault.what());
            }
        };
    }

    /** Says where a fault happened. */
    Statement located(Token token, Statement statement) {
        Source read = source;
        return run -> {
            try {
                return statement.execute(run);
            } catch (TemplateFault fault) {
                throw read.error(token.offset(), fault.what());
            }
        };
    }

    /** What a call gives; an error inside a macro says from where it was called. */
    Value call(Token token, Run run, Value callee, Arguments arguments) {
        if (!(Operations.defined(callee) instanceof Callable callable)) {
            throw new TemplateFault(Operations.kind(callee) + " is not callable");
        }
        try {
            return callable.call(run, arguments);
        } catch (TemplateException e) {
            throw callable instanceof Macro macro ? source.within(macro.name(), token.offset(), e) : e;
        }
    }

    interface Computation<T> {
        T compute();
    }

    /** What a computation on values gives; a fault is said to have happened at the token. */
    <T> T located(Token token, Computation<T> computation) {
        try {
            return computation.compute();
        } catch (TemplateFault fault) {
            throw source.error(token.offset(), fault.what());
        }
    }

    /** Notes that the template reads a variable. */
    void read(String name) {
        reads.merge(name, 1, Integer::sum);
    }

    /** How often the template reads a variable, as far as it is parsed. */
    int reads(String name) {
        return reads.getOrDefault(name, 0);
    }

    Set<String> names() {
        return Set.copyOf(reads.keySet());
    }

    void enter() {
        if (++nesting > maxNesting) {
            throw error(peek(), "nested more than " + maxNesting + " levels deep");
        }
    }

    void leave() {
        nesting--;
    }
}

package io.insula.inference.text.jinja;

import io.insula.inference.text.jinja.Macro.Definition;
import io.insula.inference.text.jinja.Macro.Parameter;
import io.insula.inference.text.jinja.Statement.Flow;
import io.insula.inference.text.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Parses macros, and the blocks that call them with a body of their own. */
final class MacroParser {

    private final TokenStream tokens;
    private final ExpressionParser expressions;
    private final StatementParser statements;

    MacroParser(TokenStream tokens, ExpressionParser expressions, StatementParser statements) {
        this.tokens = tokens;
        this.expressions = expressions;
        this.statements = statements;
    }

    Statement parseMacro(Token name) {
        String macro = tokens.expect(Kind.NAME, "a macro's name").text();
        Definition definition = parseDefinition(name, macro, parseParameters(), "endmacro");
        return tokens.located(name, run -> {
            run.scope().set(macro, new Macro(definition, run.scope()));
            return Flow.NEXT;
        });
    }

    Statement parseCall(Token name) {
        List<Parameter> parameters = tokens.peek().isOperator("(") ? parseParameters() : List.of();
        PostfixParser.Call call = expressions.parseCall();
        Definition definition = parseDefinition(name, "caller", parameters, "endcall");
        return tokens.located(name, run -> {
            Arguments given = call.arguments().evaluate(run);
            Map<String, Value> named = new LinkedHashMap<>(given.named());
            named.put("caller", new Macro(definition, run.scope()));
            Value callee = call.function().evaluate(run);
            run.write(Printer.str(tokens.call(call.at(), run, callee, new Arguments(given.positional(), named))));
            return Flow.NEXT;
        });
    }

    private Definition parseDefinition(Token name, String macro, List<Parameter> parameters, String end) {
        int more = tokens.reads("varargs");
        int other = tokens.reads("kwargs");
        int caller = tokens.reads("caller");
        Statement body = statements.parseBody(name, end);
        return new Definition(
                macro,
                parameters,
                body,
                tokens.reads("varargs") > more,
                tokens.reads("kwargs") > other,
                tokens.reads("caller") > caller);
    }

    private List<Parameter> parseParameters() {
        List<Parameter> parameters = new ArrayList<>();
        tokens.expectOperator("(");
        while (!tokens.skipOperator(")")) {
            String parameter = tokens.expect(Kind.NAME, "a parameter's name").text();
            parameters.add(new Parameter(parameter, tokens.skipOperator("=") ? expressions.parse() : null));
            if (!tokens.peek().isOperator(")")) {
                tokens.expectOperator(",");
            }
        }
        return parameters;
    }
}

package io.insula.djl.tensorrt;

import io.insula.djl.tensorrt.plan.OptionNames;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a loaded plan is run; the options of {@code Criteria} with these names.
 *
 * @param profile the optimization profile to use, or -1 to choose by input shapes
 * @param cudaGraphs for how many input shapes a predictor keeps a captured graph, 0 for none
 * @param executions how many calls of the model's block may run at one time; predictors are not counted
 */
record ModelOptions(int profile, int cudaGraphs, int executions) {

    static final String PROFILE = "profile";
    static final String CUDA_GRAPHS = "cudaGraphs";
    static final String EXECUTIONS = "executions";

    private static final int GRAPHS_IF_ON = 4;
    private static final int MOST_GRAPHS = 64;
    private static final int MOST_EXECUTIONS = 64;
    private static final int MOST_PROFILES = 1024;
    private static final int USUAL_EXECUTIONS = 2;

    static ModelOptions of(@Nullable Map<String, ?> options) {
        Map<String, ?> given = options == null ? Map.of() : options;
        OptionNames.check(given, List.of(PROFILE, CUDA_GRAPHS, EXECUTIONS));
        Object graphs = given.get(CUDA_GRAPHS);
        boolean named = graphs != null
                && (graphs.toString().equals("true") || graphs.toString().equals("false"));
        return new ModelOptions(
                number(PROFILE, given.get(PROFILE), -1, 0, MOST_PROFILES),
                named
                        ? (Boolean.parseBoolean(String.valueOf(graphs)) ? GRAPHS_IF_ON : 0)
                        : number(CUDA_GRAPHS, graphs, 0, 0, MOST_GRAPHS),
                number(EXECUTIONS, given.get(EXECUTIONS), USUAL_EXECUTIONS, 1, MOST_EXECUTIONS));
    }

    private static int number(String key, @Nullable Object value, int usual, int least, int most) {
        if (value == null) {
            return usual;
        }
        int number;
        try {
            number = Integer.parseInt(value.toString());
        } catch (NumberFormatException e) {
            number = least - 1;
        }
        if (number < least || number > most) {
            throw new IllegalArgumentException(key + ": " + value + " (expected: " + least + ".." + most
                    + (key.equals(CUDA_GRAPHS) ? ", true or false)" : ")"));
        }
        return number;
    }
}

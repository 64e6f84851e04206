package io.insula.djl.tensorrt;

import ai.djl.Device;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDList;
import ai.djl.training.ParameterStore;
import ai.djl.translate.TranslateException;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import org.jspecify.annotations.Nullable;

/** A predictor with a stream and an execution of its own: several predictors of one model run beside each other. */
final class TensorRtPredictor<I, O> extends Predictor<I, O> {

    private final @Nullable Forward forward;

    TensorRtPredictor(TensorRtModel model, Translator<I, O> translator, Device device) {
        super(model, translator, device, false);
        TensorRtNDManager own = ((TensorRtNDManager) model.getNDManager()).newStreamManager();
        manager.close();
        manager = own;
        manager.setName("predictor");
        parameterStore = new ParameterStore(manager, false);
        forward = block instanceof TensorRtSymbolBlock plan ? plan.newForward(own) : null;
    }

    @Override
    protected NDList predictInternal(TranslatorContext ctx, NDList inputs) throws TranslateException {
        return forward == null || inputs.isEmpty() ? super.predictInternal(ctx, inputs) : forward.run(inputs);
    }

    @Override
    public void close() {
        if (forward != null) {
            forward.close();
        }
        super.close();
    }
}

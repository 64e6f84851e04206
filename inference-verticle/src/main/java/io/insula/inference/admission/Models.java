package io.insula.inference.admission;

import io.insula.inference.schedule.Scheduler;
import io.insula.protocol.ModelName;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.Map;
import java.util.Set;

/**
 * The models that commands can name, whether they are loaded or not.
 *
 * <p><b>Thread:</b> the door's event loop.
 */
public interface Models {

    /** Every name, aliases included. */
    Set<ModelName> names();

    /**
     * Loads a model that is not, and keeps it loaded until {@link #release}.
     *
     * @param name one of {@link #names}
     * @return fails with a {@link ModelUnavailableException} when it cannot be loaded now
     */
    Future<AdmittedModel> hold(ModelName name);

    /** Ends a {@link #hold}, whatever became of it. */
    void release(ModelName name);

    /** The schedulers of the models that are loaded, or about to be. */
    Collection<Scheduler> schedulers();

    /** Models that are loaded and stay it. */
    static Models loaded(Map<ModelName, AdmittedModel> models) {
        Map<ModelName, AdmittedModel> all = Map.copyOf(models);
        return new Models() {
            @Override
            public Set<ModelName> names() {
                return all.keySet();
            }

            @Override
            public Future<AdmittedModel> hold(ModelName name) {
                AdmittedModel model = all.get(name);
                return model == null
                        ? Future.failedFuture(new ModelUnavailableException("no model " + name, 0))
                        : Future.succeededFuture(model);
            }

            @Override
            public void release(ModelName name) {
                // A model that stays loaded needs nobody to hold it.
            }

            @Override
            public Collection<Scheduler> schedulers() {
                return all.values().stream().map(AdmittedModel::scheduler).toList();
            }
        };
    }
}

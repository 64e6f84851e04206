package io.insula.launcher.model;

import io.insula.launcher.model.CatalogModel.Origin.HubFile;
import io.insula.launcher.terminal.Progress;
import java.net.URI;
import java.nio.file.Path;

/** Downloads a file of the Hugging Face hub, continuing a partial one. */
final class HubSource implements ModelSource {

    private final HubFile origin;
    private final DownloadSettings settings;

    HubSource(HubFile origin, DownloadSettings settings) {
        this.origin = origin;
        this.settings = settings;
    }

    @Override
    public String description() {
        return "the Hugging Face hub (" + origin.repository() + ")";
    }

    @Override
    public String partSuffix() {
        return ".hub.part";
    }

    @Override
    public void fetch(CatalogModel model, Path part, Progress progress) throws SourceFailure, InterruptedException {
        URI start = settings.hub()
                .resolve(origin.repository() + "/resolve/" + origin.revision() + "/" + path(origin.path()));
        new ResumableDownload(settings, start, model.sizeBytes(), "")
                .into(part, "Downloading " + model.fileName(), progress);
    }

    /** A file's path as a URL has it. */
    static String path(String file) {
        try {
            return new URI(null, null, "/" + file, null).getRawPath().substring(1);
        } catch (java.net.URISyntaxException e) {
            throw new ModelException("file " + file + ": no path of a URL", e);
        }
    }
}

package io.insula.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.store.StoreChange.Kind;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoreChangeTest {

    private static final UUID TENANT = new UUID(1, 2);
    private static final UUID ID = new UUID(3, 4);

    @Test
    void readsWhatTheDatabaseAnnounces() {
        assertThat(StoreChange.parse("access_key " + TENANT + " " + ID))
                .contains(new StoreChange(Kind.ACCESS_KEY, TENANT, ID));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "access_key", "access_key 1", "session 1-1-1-1-1 1-1-1-1-1", "tenant x y"})
    void isEmptyForAnythingElse(String text) {
        assertThat(StoreChange.parse(text)).isEmpty();
    }
}

package client;

import com.nimbusds.jose.jwk.JWK;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.Arrays;

/** What the client is to do beside the plain flow, told by the environment. */
final class Variant {
    private Variant() {}

    static boolean uses(String word) {
        return Arrays.asList(System.getenv("VARIANT").split("\\+")).contains(word);
    }

    /** The client's key for private_key_jwt. */
    static JWK key() {
        try {
            return JWK.parse(Files.readString(Path.of(System.getenv("FOLDER"), "key.jwk")));
        } catch (IOException | ParseException error) {
            throw new IllegalStateException(error);
        }
    }
}

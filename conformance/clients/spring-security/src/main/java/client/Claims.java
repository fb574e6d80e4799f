package client;

import java.net.URL;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/** Claims as they came: Spring Security has made times and addresses of some of them. */
record Claims(Map<String, Object> claims) {
    Map<String, Object> asJson() {
        var shown = new TreeMap<String, Object>();
        claims.forEach((name, value) -> shown.put(name, plain(value)));
        return shown;
    }

    private static Object plain(Object value) {
        if (value instanceof Instant time) {
            return time.getEpochSecond();
        }
        return value instanceof URL address ? address.toString() : value;
    }
}

/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.jwt;

import com.nimbusds.jose.util.JSONObjectUtils;
import dev.weft.agent.engine.config.JwtFilter.Keys;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Gets key sets over HTTP. Blocks: for our own threads only. Thread-safe. */
final class KeyFetcher {
  private static final int MAX_BYTES = 1 << 20;
  private static final int CHUNK_BYTES = 8192;
  private static final int OK = 200;
  private static final String TOO_LONG = "it takes too long";
  private static final long IDLE_SECONDS = 10;

  private final ScheduledThreadPoolExecutor deadlines =
      new ScheduledThreadPoolExecutor(
          1,
          task -> {
            Thread thread = new Thread(task, "weft-keys-deadlines");
            thread.setDaemon(true);
            return thread;
          });

  KeyFetcher() {
    deadlines.setRemoveOnCancelPolicy(true);
    deadlines.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
    deadlines.allowCoreThreadTimeOut(true);
  }

  /**
   * Returns the key set as JSON. If an OpenID configuration stands at the address, the key set is
   * the one that it names.
   *
   * @throws IOException if it cannot be got in time, or is no such thing
   */
  String fetch(Keys.Remote source) throws IOException {
    String json = get(source.uri(), source.timeoutNanos());
    try {
      Map<String, Object> object = JSONObjectUtils.parse(json);
      Object named = object.get("jwks_uri");
      return !object.containsKey("keys") && named instanceof String uri
          ? get(uri, source.timeoutNanos())
          : json;
    } catch (ParseException e) {
      throw new IOException("no JSON object", e);
    }
  }

  private String get(String uri, long timeoutNanos) throws IOException {
    long end = System.nanoTime() + timeoutNanos;
    int millis = (int) Math.max(1, Math.min(Integer.MAX_VALUE, timeoutNanos / 1_000_000));
    if (!(url(uri).openConnection() instanceof HttpURLConnection connection)) {
      throw new IOException(uri + " (expected: http or https)");
    }
    connection.setConnectTimeout(millis);
    connection.setReadTimeout(millis);
    connection.setInstanceFollowRedirects(false);
    connection.setUseCaches(false);
    connection.setRequestProperty("accept", "application/json");
    try (InputStream in = answer(connection, end)) {
      return read(in, end);
    } catch (IOException e) {
      throw System.nanoTime() - end > 0 ? new IOException(TOO_LONG, e) : e;
    } finally {
      connection.disconnect();
    }
  }

  /**
   * Waits for the answer's headers. The read timeout is for each read: a server that sends them
   * byte by byte would never meet it.
   */
  private InputStream answer(HttpURLConnection connection, long end) throws IOException {
    ScheduledFuture<?> deadline =
        deadlines.schedule(connection::disconnect, end - System.nanoTime(), TimeUnit.NANOSECONDS);
    try {
      int status = connection.getResponseCode();
      if (status != OK) {
        throw new IOException(connection.getURL() + " answered " + status);
      }
      return connection.getInputStream();
    } finally {
      deadline.cancel(false);
    }
  }

  private static URL url(String uri) throws IOException {
    try {
      return new URI(uri).toURL();
    } catch (URISyntaxException | IllegalArgumentException e) {
      throw new IOException(uri + " (expected: a URL)", e);
    }
  }

  private static String read(InputStream in, long end) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] chunk = new byte[CHUNK_BYTES];
    for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
      all.write(chunk, 0, length);
      if (all.size() > MAX_BYTES) {
        throw new IOException("more than " + MAX_BYTES + " bytes");
      }
      if (System.nanoTime() - end > 0) {
        throw new IOException(TOO_LONG);
      }
    }
    return all.toString(StandardCharsets.UTF_8);
  }
}

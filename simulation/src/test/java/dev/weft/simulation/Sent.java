/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.simulation;

import dev.weft.agent.engine.Engine;
import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.Call;
import dev.weft.agent.seam.HeaderReader;
import dev.weft.agent.seam.HeaderWriter;
import dev.weft.agent.seam.Refuse;
import dev.weft.agent.seam.Reply;
import dev.weft.agent.seam.RequestReader;
import dev.weft.agent.seam.Step;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Lets an engine decide as an instrumentation would, and answers 200 to every attempt. */
final class Sent {
  private static final int TIMES = 1000;

  private Sent() {}

  /** Returns how often what was done with a request. */
  static Map<String, Integer> thousandTimes(Engine engine, Request request) {
    Map<String, Integer> outcomes = new TreeMap<>();
    for (int i = 0; i < TIMES; i++) {
      outcomes.merge(once(engine, request), 1, Integer::sum);
    }
    return outcomes;
  }

  private static String once(Engine engine, Request request) {
    Call call = engine.begin(request, Reader.INSTANCE);
    if (call == null) {
      return "unmanaged";
    }
    Step step = call.next();
    String delay = step.delayNanos() == 0 ? "" : " after " + step.delayNanos() / 1_000_000 + " ms";
    if (step instanceof Reply reply) {
      return ("replied " + reply.status() + " " + reply.flag()).strip() + headers(reply) + delay;
    }
    if (step instanceof Refuse refuse) {
      return "refused " + refuse.flag() + delay;
    }
    Attempt attempt = (Attempt) step;
    String outcome = "sent to " + what(attempt) + delay;
    attempt.headers(200, -1, request, NoHeaders.INSTANCE);
    attempt.end(Attempt.Ending.COMPLETE);
    return outcome;
  }

  private static String headers(Reply reply) {
    return reply.headers().isEmpty() ? "" : " " + reply.headers();
  }

  private static String what(Attempt attempt) {
    StringBuilder what = new StringBuilder();
    what.append(
        attempt.address() == null
            ? "its own DNS"
            : attempt.address().getAddress().getHostAddress() + ":" + attempt.address().getPort());
    if (attempt.authority() != null) {
      what.append(" authority ").append(attempt.authority());
    }
    if (attempt.path() != null) {
      what.append(" path ").append(attempt.path());
    }
    Map<String, String> headers = new TreeMap<>();
    attempt.mutateRequest(headers, Writer.INSTANCE);
    if (!headers.isEmpty()) {
      what.append(" headers ").append(headers);
    }
    if (attempt.mirror() != null) {
      what.append(" mirrored");
    }
    return what.toString();
  }

  private static final class Reader implements RequestReader<Request> {
    static final Reader INSTANCE = new Reader();

    @Override
    public String host(Request request) {
      return request.host();
    }

    @Override
    public int port(Request request) {
      return request.port();
    }

    @Override
    public String method(Request request) {
      return request.method();
    }

    @Override
    public String path(Request request) {
      return request.path();
    }

    @Override
    public @Nullable String header(Request request, String name) {
      return request.headers().get(name);
    }

    @Override
    public boolean isReplayable(Request request) {
      return true;
    }
  }

  private static final class NoHeaders implements HeaderReader<Request> {
    static final NoHeaders INSTANCE = new NoHeaders();

    @Override
    public @Nullable String header(Request response, String name) {
      return null;
    }
  }

  private static final class Writer implements HeaderWriter<Map<String, String>> {
    static final Writer INSTANCE = new Writer();

    @Override
    public void set(Map<String, String> headers, String name, String value) {
      headers.put(name, "=" + value);
    }

    @Override
    public void add(Map<String, String> headers, String name, String value) {
      headers.merge(name, "+" + value, String::concat);
    }

    @Override
    public void remove(Map<String, String> headers, String name) {
      headers.put(name, "-");
    }
  }
}

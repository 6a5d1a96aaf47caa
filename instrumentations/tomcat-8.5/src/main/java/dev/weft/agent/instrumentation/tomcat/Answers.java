/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.tomcat;

import dev.weft.agent.seam.Hooks;
import dev.weft.agent.seam.Reply;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;

/**
 * Answers in the application's place. Nothing that goes wrong here lets a request through: at worst
 * the reply goes out without its body.
 */
final class Answers {
  private Answers() {}

  static void write(Request request, Response response, Reply reply) {
    org.apache.coyote.Request wire = request.getCoyoteRequest();
    org.apache.coyote.Response answer = response.getCoyoteResponse();
    answer.setStatus(reply.status());
    try {
      pause(reply.delayNanos());
      if (RequestView.INSTANCE.isGrpc(wire)) {
        GrpcStatus.write(answer, reply);
      } else {
        write(answer, reply, RequestView.INSTANCE.method(wire).equals("HEAD"));
      }
      // The access log, as the adapter writes it for what it answers itself.
      request.getConnector().getService().getContainer().logAccess(request, response, 0, true);
    } catch (IOException e) {
      // The client has gone away; Tomcat has noted it and closes the connection.
    } catch (RuntimeException | LinkageError e) {
      Hooks.failed(TomcatModule.HOOK, "a reply could not be written as it should be: " + e);
    }
  }

  private static void write(org.apache.coyote.Response answer, Reply reply, boolean isHead)
      throws IOException {
    for (Map.Entry<String, String> header : reply.headers()) {
      answer.addHeader(header.getKey(), header.getValue());
    }
    byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
    answer.setContentLength(body.length);
    if (!isHead && body.length > 0) {
      answer.doWrite(ByteBuffer.wrap(body));
    }
  }

  /** Parks the request's thread; an interrupted one, at shutdown, answers at once. */
  private static void pause(long nanos) {
    long end = System.nanoTime() + nanos;
    for (long left = nanos; left > 0; left = end - System.nanoTime()) {
      if (Thread.currentThread().isInterrupted()) {
        return;
      }
      LockSupport.parkNanos(left);
    }
  }
}

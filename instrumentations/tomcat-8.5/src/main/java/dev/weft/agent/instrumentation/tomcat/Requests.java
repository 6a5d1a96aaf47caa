/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.tomcat;

import dev.weft.agent.seam.Inbound;
import dev.weft.agent.seam.InboundCall;
import dev.weft.agent.seam.Reply;
import org.apache.catalina.connector.CoyoteAdapter;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.coyote.ActionCode;
import org.jspecify.annotations.Nullable;

/**
 * The life of a request between the advices. The call travels in a note of the connector's request
 * object, which outlives the request: it is empty between requests. Tomcat holds the connection's
 * (or the stream's) lock whenever it comes here, so one thread at a time uses a call.
 */
final class Requests {
  /** Of 32 notes; Tomcat itself uses the first few. */
  private static final int NOTE = 30;

  private Requests() {}

  /** Begins a request and, if the mesh says so, answers it. Returns whether it is answered. */
  static boolean isAnswered(Request request, Response response) {
    org.apache.coyote.Request wire = request.getCoyoteRequest();
    if (wire.getNote(NOTE) != null) {
      return false; // parsed a second time, by a valve that rewrote it
    }
    InboundCall call = begin(wire);
    if (call == null) {
      return false;
    }
    wire.setNote(NOTE, call);
    Reply reply = call.reply();
    if (reply == null) {
      if (call.changesRequest()) {
        call.mutateRequest(wire.getMimeHeaders(), HeaderChanges.INSTANCE);
      }
      return false;
    }
    Answers.write(request, response, reply);
    return true;
  }

  /** Ends a request unless its processing goes on elsewhere. */
  static void handled(
      org.apache.coyote.Request wire,
      org.apache.coyote.Response answer,
      @Nullable Throwable thrown) {
    if (wire.getNote(NOTE) instanceof InboundCall call && !isAsync(wire)) {
      // What the adapter throws becomes 500 above it.
      boolean fails = thrown != null && !answer.isCommitted();
      end(wire, answer, call, fails ? 500 : sentStatus(answer));
    }
  }

  /** Ends what Tomcat gave up without handling it to its end. */
  static void recycled(org.apache.coyote.Request wire) {
    if (wire.getNote(NOTE) instanceof InboundCall call) {
      org.apache.coyote.Response answer = wire.getResponse();
      end(wire, answer, call, sentStatus(answer));
    }
  }

  private static @Nullable InboundCall begin(org.apache.coyote.Request wire) {
    wire.action(ActionCode.REQ_HOST_ADDR_ATTRIBUTE, wire);
    wire.action(ActionCode.REQ_LOCAL_ADDR_ATTRIBUTE, wire);
    wire.action(ActionCode.REQ_LOCALPORT_ATTRIBUTE, wire);
    return Inbound.begin(wire, RequestView.INSTANCE, Connections.peer(wire));
  }

  private static void end(
      org.apache.coyote.Request wire,
      org.apache.coyote.Response answer,
      InboundCall call,
      int status) {
    wire.setNote(NOTE, null);
    call.end(status, RequestView.INSTANCE.isGrpc(wire) ? GrpcStatus.of(answer) : -1);
  }

  private static boolean isAsync(org.apache.coyote.Request wire) {
    return wire.getNote(CoyoteAdapter.ADAPTER_NOTES) instanceof Request request
        && request.isAsync();
  }

  /** Returns 0 if the connection broke before anything was sent. */
  private static int sentStatus(org.apache.coyote.Response answer) {
    return answer.isCommitted() ? answer.getStatus() : 0;
  }
}

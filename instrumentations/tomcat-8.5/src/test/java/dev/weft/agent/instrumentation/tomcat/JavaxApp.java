/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.tomcat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.servlet.AsyncContext;
import javax.servlet.http.HttpServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;

/** {@link AppScript} as a servlet of {@code javax}. Loaded by name. */
@SuppressWarnings("serial") // nobody serializes it
public final class JavaxApp extends HttpServlet {
  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String path = request.getServletPath();
    switch (path) {
      case "/fail" -> throw new IllegalStateException("the application's own fault");
      case "/error" -> response.sendError(404);
      case "/async" -> answerLater(request, response);
      case "/timeout" -> request.startAsync().setTimeout(AppScript.TIMEOUT_MILLIS);
      case "/never" -> {
        request.startAsync().setTimeout(0);
        AppScript.hang();
      }
      case "/endless" -> writeWithoutEnd(response);
      case "/sendfile" -> sendFile(request, response);
      default -> answer(request, response, 200);
    }
  }

  private static void answerLater(HttpServletRequest request, HttpServletResponse response) {
    AsyncContext async = request.startAsync();
    AppScript.later(
        () -> {
          answer(request, response, 201);
          async.complete();
        });
  }

  private static void answer(HttpServletRequest request, HttpServletResponse response, int status)
      throws IOException {
    String body = new String(request.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    byte[] answer = AppScript.answer(request.getMethod(), body).getBytes(StandardCharsets.UTF_8);
    response.setStatus(status);
    response.setHeader("x-app", "yes");
    response.setHeader("x-path", request.getServletPath());
    response.setHeader("x-scheme", request.getScheme() + " " + request.isSecure());
    copy(request, "x-subject", response, "x-subject");
    copy(request, "authorization", response, "x-authorization");
    response.setContentLength(answer.length);
    response.getOutputStream().write(answer);
  }

  private static void copy(
      HttpServletRequest request, String from, HttpServletResponse response, String to) {
    String value = request.getHeader(from);
    if (value != null) {
      response.setHeader(to, value);
    }
  }

  /** Has the connector send it. */
  private static void sendFile(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Path file = AppScript.file();
    String option = "org.apache.tomcat.sendfile.";
    if (!Boolean.TRUE.equals(request.getAttribute(option + "support"))) {
      response.sendError(501);
      return;
    }
    response.setContentLengthLong(Files.size(file));
    request.setAttribute(option + "filename", file.toRealPath().toString());
    request.setAttribute(option + "start", 0L);
    request.setAttribute(option + "end", Files.size(file));
  }

  private static void writeWithoutEnd(HttpServletResponse response) throws IOException {
    OutputStream out = response.getOutputStream();
    byte[] part = new byte[8192];
    while (true) {
      out.write(part);
      out.flush();
    }
  }
}

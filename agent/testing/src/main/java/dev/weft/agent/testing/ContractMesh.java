/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.testing;

import static dev.weft.agent.testing.TestMesh.millis;

import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.route.v3.RedirectAction;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.extensions.filters.common.fault.v3.FaultDelay;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.FaultAbort;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.type.v3.FractionalPercent;
import java.nio.file.Path;
import java.util.List;

/** The hosts of the client contract and what the mesh does for each. */
final class ContractMesh {
  /** How long a delay lasts that a test waits for. */
  static final long DELAY_MILLIS = 300;

  private static final FractionalPercent ALL =
      FractionalPercent.newBuilder().setNumerator(100).build();

  private ContractMesh() {}

  /** Writes the mesh; {@code ready.test} answers with {@code generation}. */
  static void write(Path file, TestServer one, TestServer twin, String generation) {
    String server = at(one);
    List<String> alone = List.of(server);
    List<String> dead = List.of("127.0.0.1:" + TestServer.closedPort());
    TestMesh mesh = new TestMesh();
    mesh.host("two.test", List.of(server, at(twin)), ContractMesh::asItIs)
        .host("one.test", alone, ContractMesh::asItIs)
        .host("limited.test", alone, ContractMesh::asItIs, cluster -> TestMesh.limit(cluster, 1))
        .host("abort.test", alone, route -> TestMesh.fault(route, abort()))
        .host("delay.test", alone, route -> TestMesh.fault(route, delay(DELAY_MILLIS)))
        .host(
            "late.test",
            alone,
            route -> TestMesh.fault(route, delay(60_000)),
            cluster -> TestMesh.limit(cluster, 1))
        .host(
            "retry.test",
            alone,
            route -> retry(route, "5xx", 3, 0),
            cluster -> TestMesh.limit(cluster, 1))
        .host("retry-late.test", alone, route -> retryLate(route))
        .host(
            "elsewhere.test",
            List.of(dead.get(0), server),
            route -> retry(route, "connect-failure", 2, 0))
        .host("dead.test", dead, ContractMesh::asItIs)
        .host("timeout.test", alone, ContractMesh::timeout, cluster -> TestMesh.limit(cluster, 1))
        .host(
            "per-try.test",
            alone,
            route -> retry(route, "5xx", 1, 3 * DELAY_MILLIS),
            cluster -> TestMesh.limit(cluster, 1))
        .host("headers.test", alone, ContractMesh::headers)
        .host("rewrite.test", alone, ContractMesh::rewrite)
        .host("twin.test", List.of(at(twin)), ContractMesh::asItIs)
        .host("mirrored.test", alone, route -> mirror(route, "twin.test"))
        .host("lost-mirror.test", alone, route -> mirror(route, "dead.test"))
        .add(
            "moved.test",
            TestMesh.route()
                .setRedirect(
                    RedirectAction.newBuilder()
                        .setHostRedirect("one.test")
                        .setPathRedirect("/moved")
                        .setResponseCode(RedirectAction.RedirectResponseCode.FOUND)))
        .answer("ready.test", 200, generation)
        .answer("direct.test", 418, "a teapot")
        .write(file);
  }

  private static void asItIs(Route.Builder route) {
    // Any request to any endpoint, and no more.
  }

  private static String at(TestServer server) {
    return server.address() + ":" + server.port();
  }

  private static HTTPFault abort() {
    return HTTPFault.newBuilder()
        .setAbort(FaultAbort.newBuilder().setHttpStatus(555).setPercentage(ALL))
        .build();
  }

  private static HTTPFault delay(long delayMillis) {
    return HTTPFault.newBuilder()
        .setDelay(FaultDelay.newBuilder().setFixedDelay(millis(delayMillis)).setPercentage(ALL))
        .build();
  }

  static void retry(Route.Builder route, String on, int times, long perTryMillis) {
    RetryPolicy.Builder policy =
        RetryPolicy.newBuilder()
            .setRetryOn(on)
            .setNumRetries(UInt32Value.of(times))
            .setRetryBackOff(
                RetryPolicy.RetryBackOff.newBuilder()
                    .setBaseInterval(millis(5))
                    .setMaxInterval(millis(10)));
    if (perTryMillis > 0) {
      policy.setPerTryTimeout(millis(perTryMillis));
    }
    route.getRouteBuilder().setTimeout(millis(0)).setRetryPolicy(policy);
  }

  private static void retryLate(Route.Builder route) {
    route
        .getRouteBuilder()
        .setTimeout(millis(0))
        .setRetryPolicy(
            RetryPolicy.newBuilder()
                .setRetryOn("5xx")
                .setNumRetries(UInt32Value.of(5))
                .setRetryBackOff(
                    RetryPolicy.RetryBackOff.newBuilder()
                        .setBaseInterval(millis(60_000))
                        .setMaxInterval(millis(60_000))));
  }

  private static void timeout(Route.Builder route) {
    route.getRouteBuilder().setTimeout(millis(DELAY_MILLIS));
  }

  private static void headers(Route.Builder route) {
    route
        .addRequestHeadersToAdd(header("x-added", "by the mesh"))
        .addRequestHeadersToAdd(
            header("x-set", "by the mesh").toBuilder()
                .setAppendAction(HeaderValueOption.HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD))
        .addRequestHeadersToRemove("x-secret")
        .addResponseHeadersToAdd(header("x-came-by", "the mesh"))
        .addResponseHeadersToRemove("x-drop");
  }

  private static void mirror(Route.Builder route, String cluster) {
    route
        .getRouteBuilder()
        .addRequestMirrorPolicies(RouteAction.RequestMirrorPolicy.newBuilder().setCluster(cluster));
  }

  private static void rewrite(Route.Builder route) {
    route
        .setMatch(route.getMatch().toBuilder().setPrefix("/api/"))
        .getRouteBuilder()
        .setPrefixRewrite("/internal/")
        .setHostRewriteLiteral("backend.internal");
  }

  private static HeaderValueOption header(String name, String value) {
    return HeaderValueOption.newBuilder()
        .setHeader(HeaderValue.newBuilder().setKey(name).setValue(value))
        .build();
  }
}

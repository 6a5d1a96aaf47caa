/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.policy.api.status.StatusWriter;
import dev.weft.policy.model.Finding;
import dev.weft.policy.model.Kinds;
import dev.weft.policy.model.ResourceKey;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What people do with kubectl. */
@Timeout(180)
class KubectlTest {
  private static final String ORDERS =
      """
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata:
        name: orders
      spec:
        hosts: [orders]
        http:
        - timeout: 2s
          route:
          - destination: {host: orders, subset: v1}
            weight: 100
      """;

  private static final ResourceKey ORDERS_KEY =
      new ResourceKey(Kinds.VIRTUAL_SERVICE, "default", "orders");

  /** One for all tests: what kubectl finds out about the server it keeps there. */
  @TempDir static Path directory;

  private RunningApi api;
  private Kubectl kubectl;

  @BeforeAll
  static void findKubectl() throws InterruptedException {
    Kubectl.require();
  }

  @BeforeEach
  void startApi() {
    api = new RunningApi();
    kubectl = new Kubectl(api.url(), directory);
  }

  @AfterEach
  void stopApi() {
    api.close();
  }

  @Test
  void appliesChangesAndDeletesAFile() throws Exception {
    String file = kubectl.file("orders.yaml", ORDERS);

    assertThat(kubectl.ok("apply", "-f", file))
        .contains("virtualservice.networking.istio.io/orders created");
    assertThat(kubectl.ok("apply", "-f", file)).contains("orders unchanged");
    kubectl.file("orders.yaml", ORDERS.replace("timeout: 2s", "timeout: 3s"));
    assertThat(kubectl.ok("apply", "-f", file)).contains("orders configured");
    assertThat(
            kubectl.ok(
                "get",
                "vs",
                "orders",
                "-o",
                "jsonpath={.spec.http[0].timeout} {.metadata.generation}"))
        .isEqualTo("3s 2");
    kubectl.file("orders.yaml", ORDERS.replace("  - timeout: 2s\n    route", "  - route"));
    kubectl.ok("apply", "-f", file);
    assertThat(kubectl.ok("get", "vs", "orders", "-o", "jsonpath={.spec.http[0].timeout}"))
        .isEmpty();
    assertThat(kubectl.ok("delete", "-f", file)).contains("\"orders\" deleted");
    assertThat(kubectl.ok("get", "vs", "--ignore-not-found")).isEmpty();
  }

  @Test
  void appliesSeveralDocumentsOfAllKindsInTheirNamespaces() throws Exception {
    String file =
        kubectl.file(
            "all.yaml",
            """
            apiVersion: networking.istio.io/v1beta1
            kind: DestinationRule
            metadata: {name: orders, namespace: shop}
            spec: {host: orders, subsets: [{name: v1, labels: {version: v1}}]}
            ---
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: bank, namespace: shop}
            spec: {hosts: [bank.example], ports: [{number: 443, name: tls, protocol: TLS}]}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: orders, namespace: other}
            spec:
              parentRefs: [{group: "", kind: Service, name: orders}]
              rules: [{backendRefs: [{name: orders, port: 80}]}]
            """);

    kubectl.ok("apply", "-f", file);

    assertThat(kubectl.ok("get", "dr,se", "-n", "shop", "-o", "name").lines())
        .containsExactlyInAnyOrder(
            "destinationrule.networking.istio.io/orders", "serviceentry.networking.istio.io/bank");
    assertThat(kubectl.ok("get", "weft", "-A", "--no-headers").lines()).hasSize(3);
    assertThat(kubectl.ok("get", "ns", "-o", "name").lines())
        .containsExactly("namespace/default", "namespace/other", "namespace/shop");
    assertThat(
            kubectl.ok(
                "get",
                "destinationrules.v1alpha3.networking.istio.io",
                "orders",
                "-n",
                "shop",
                "-o",
                "jsonpath={.apiVersion}"))
        .isEqualTo("networking.istio.io/v1alpha3");
  }

  @Test
  void showsTablesAndSelectsByLabel() throws Exception {
    kubectl.ok("apply", "-f", kubectl.file("orders.yaml", ORDERS));
    kubectl.ok("label", "vs", "orders", "team=checkout");

    assertThat(kubectl.ok("get", "virtualservices"))
        .containsPattern("NAME +GATEWAYS +HOSTS +ACCEPTED +AGE")
        .containsPattern("orders +\\[\"orders\"\\]");
    assertThat(kubectl.ok("get", "vs", "-l", "team=checkout", "-o", "name")).contains("orders");
    assertThat(kubectl.ok("get", "vs", "-l", "team in (a,b)", "-o", "name")).isEmpty();
    assertThat(kubectl.ok("get", "vs", "-l", "!team", "-o", "name")).isEmpty();
    assertThat(kubectl.ok("get", "vs", "-o", "wide", "--show-labels")).contains("team=checkout");
  }

  @Test
  void watchesChanges() throws Exception {
    String file = kubectl.file("orders.yaml", ORDERS);
    kubectl.ok("apply", "-f", file);
    Process watch = kubectl.start("get", "vs", "-w", "--output-watch-events", "--no-headers");
    try (BufferedReader lines = watch.inputReader()) {
      assertThat(lines.readLine()).startsWith("ADDED").contains("orders");

      kubectl.ok("annotate", "vs", "orders", "note=a");
      assertThat(lines.readLine()).startsWith("MODIFIED").contains("orders");

      kubectl.ok("delete", "vs", "orders");
      assertThat(lines.readLine()).startsWith("DELETED").contains("orders");
    } finally {
      watch.destroy();
      assertThat(watch.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void patchesInEachFormTheServerHas() throws Exception {
    kubectl.ok("apply", "-f", kubectl.file("orders.yaml", ORDERS));

    kubectl.ok("patch", "vs", "orders", "--type=merge", "-p", "{\"spec\":{\"exportTo\":[\".\"]}}");
    kubectl.ok(
        "patch",
        "vs",
        "orders",
        "--type=json",
        "-p",
        "[{\"op\":\"replace\",\"path\":\"/spec/http/0/timeout\",\"value\":\"9s\"}]");

    assertThat(
            kubectl.ok(
                "get",
                "vs",
                "orders",
                "-o",
                "jsonpath={.spec.exportTo[0]} {.spec.http[0].timeout}"))
        .isEqualTo(". 9s");
    assertThat(kubectl.run("patch", "vs", "orders", "-p", "{\"spec\":{}}").errors())
        .contains("strategic-merge-patch+json is not supported", "application/merge-patch+json");
    assertThat(
            kubectl
                .run(
                    "patch",
                    "vs",
                    "orders",
                    "--type=json",
                    "-p",
                    "[{\"op\":\"remove\",\"path\":\"/spec/nothing\"}]")
                .errors())
        .contains("there is nothing at /spec/nothing");
  }

  @Test
  void appliesOnTheServerSideAndReportsWhoOwnsWhat() throws Exception {
    String file = kubectl.file("orders.yaml", ORDERS);
    assertThat(kubectl.ok("apply", "--server-side", "-f", file)).contains("serverside-applied");
    kubectl.ok(
        "patch",
        "vs",
        "orders",
        "--type=merge",
        "-p",
        "{\"spec\":{\"hosts\":[\"other\"]}}",
        "--field-manager=ops");

    Kubectl.Outcome refused = kubectl.run("apply", "--server-side", "-f", file);
    kubectl.ok("apply", "--server-side", "--force-conflicts", "-f", file);

    assertThat(refused.exitCode()).isNotZero();
    assertThat(refused.errors())
        .contains("conflict with \"ops\" using networking.istio.io/v1: .spec.hosts");
    assertThat(kubectl.ok("get", "vs", "orders", "-o", "jsonpath={.spec.hosts[0]}"))
        .isEqualTo("orders");
    assertThat(
            kubectl.ok(
                "get",
                "vs",
                "orders",
                "--show-managed-fields",
                "-o",
                "jsonpath={.metadata.managedFields[*].manager}"))
        .isEqualTo("kubectl");
  }

  @Test
  void goesOverFromClientSideToServerSideApply() throws Exception {
    String file = kubectl.file("orders.yaml", ORDERS);
    kubectl.ok("apply", "-f", file);

    kubectl.ok("apply", "--server-side", "-f", file);
    kubectl.file(
        "orders.yaml", ORDERS.replace("hosts: [orders]", "hosts: [orders]\n  exportTo: [\".\"]"));
    kubectl.ok("apply", "--server-side", "-f", file);
    kubectl.file("orders.yaml", ORDERS);
    kubectl.ok("apply", "--server-side", "-f", file);

    assertThat(kubectl.ok("get", "vs", "orders", "-o", "jsonpath={.spec.exportTo}")).isEmpty();
  }

  @Test
  void aDryRunChangesNothing() throws Exception {
    String file = kubectl.file("orders.yaml", ORDERS);

    assertThat(kubectl.ok("apply", "--dry-run=server", "-f", file))
        .contains("created (server dry run)");
    assertThat(kubectl.ok("get", "vs", "--ignore-not-found")).isEmpty();
    kubectl.ok("create", "-f", file);
    kubectl.file("orders.yaml", ORDERS.replace("2s", "8s"));
    assertThat(kubectl.ok("apply", "--dry-run=server", "-f", file))
        .contains("configured (server dry run)");
    assertThat(kubectl.ok("get", "vs", "orders", "-o", "jsonpath={.spec.http[0].timeout}"))
        .isEqualTo("2s");
    assertThat(kubectl.run("create", "--dry-run=server", "-f", file).errors())
        .contains("AlreadyExists");
  }

  @Test
  void showsWhatAChangeWouldDo() throws Exception {
    String file = kubectl.file("orders.yaml", ORDERS);
    kubectl.ok("apply", "-f", file);
    kubectl.file("orders.yaml", ORDERS.replace("weight: 100", "weight: 90"));

    Kubectl.Outcome diff = kubectl.run("diff", "-f", file);

    assertThat(diff.exitCode()).isEqualTo(1);
    assertThat(diff.output()).contains("-      weight: 100", "+      weight: 90");
  }

  @Test
  void replacesAndEdits() throws Exception {
    String file = kubectl.file("orders.yaml", ORDERS);
    kubectl.ok("create", "-f", file);
    kubectl.file("orders.yaml", ORDERS.replace("2s", "4s"));
    kubectl.ok("replace", "-f", file);
    assertThat(kubectl.ok("get", "vs", "orders", "-o", "jsonpath={.spec.http[0].timeout}"))
        .isEqualTo("4s");

    Kubectl.Outcome edit =
        kubectl.run(Map.of("KUBE_EDITOR", "sed -i s/4s/5s/"), "edit", "vs", "orders");

    assertThat(edit.output()).as(edit.errors()).contains("edited");
    assertThat(kubectl.ok("get", "vs", "orders", "-o", "jsonpath={.spec.http[0].timeout}"))
        .isEqualTo("5s");
  }

  @Test
  void aReplacementOfAnOldStateIsAConflict() throws Exception {
    String file = kubectl.file("orders.yaml", ORDERS);
    kubectl.ok("create", "-f", file);
    String read = kubectl.ok("get", "vs", "orders", "-o", "yaml");
    kubectl.ok("annotate", "vs", "orders", "note=a");

    Kubectl.Outcome outcome = kubectl.run("replace", "-f", kubectl.file("old.yaml", read));

    assertThat(outcome.errors()).contains("Conflict", "the object has been modified");
  }

  @Test
  void badInputIsRefusedWithFieldValueAndExpectation() throws Exception {
    String file =
        kubectl.file(
            "orders.yaml",
            ORDERS.replace("weight: 100", "weight: -1").replace("timeout: 2s", "timeout: 2"));

    Kubectl.Outcome outcome = kubectl.run("apply", "-f", file);

    assertThat(outcome.exitCode()).isNotZero();
    assertThat(outcome.errors())
        .contains("spec.http[0].route[0].weight: -1 (expected: >= 0)")
        .contains("spec.http[0].timeout: 2 (expected: a string)");
  }

  @Test
  void unknownFieldsAreRefusedUnlessTheAuthorInsists() throws Exception {
    String file = kubectl.file("orders.yaml", ORDERS.replace("timeout: 2s", "timeuot: 2s"));

    assertThat(kubectl.run("apply", "-f", file).errors())
        .contains("strict decoding error")
        .contains("spec.http[0].timeuot: unknown field");
    assertThat(kubectl.run("apply", "--validate=warn", "-f", file).errors())
        .contains("Warning: spec.http[0].timeuot: unknown field");
    kubectl.ok("label", "vs", "orders", "team=a");
    assertThat(kubectl.ok("get", "vs", "orders", "-o", "jsonpath={.spec.http[0].timeuot}"))
        .isEqualTo("2s");
  }

  @Test
  void waitsForAConditionAndForDeletion() throws Exception {
    kubectl.ok("apply", "-f", kubectl.file("orders.yaml", ORDERS));
    Process accepted =
        kubectl.start("wait", "--for=condition=Accepted", "vs/orders", "--timeout=60s");
    StatusWriter statuses = new StatusWriter(api.policies, Clock.systemUTC());

    statuses.write(api.policies.revision(), List.of());

    assertThat(accepted.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(accepted.exitValue()).isZero();
    assertThat(kubectl.ok("get", "vs")).containsPattern("orders +\\[\"orders\"\\] +True");
    Process deleted = kubectl.start("wait", "--for=delete", "vs/orders", "--timeout=60s");
    kubectl.ok("delete", "vs", "orders");
    assertThat(deleted.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(deleted.exitValue()).isZero();
  }

  @Test
  void describesFindingsAndEvents() throws Exception {
    kubectl.ok("apply", "-f", kubectl.file("orders.yaml", ORDERS));
    new StatusWriter(api.policies, Clock.systemUTC())
        .write(
            api.policies.revision(),
            List.of(
                Finding.severe(
                    ORDERS_KEY,
                    "SubsetNotFound",
                    "spec.http[0].route[0].destination.subset",
                    "no DestinationRule of orders has the subset v1")));
    api.events.record(
        new EventLog.Event(ORDERS_KEY, true, "Refused", "an agent refused it", "checkout-1"),
        Instant.now());

    assertThat(kubectl.ok("describe", "vs", "orders"))
        .contains("SubsetNotFound")
        .contains("no DestinationRule of orders has the subset v1")
        .containsPattern("Warning +Refused .* checkout-1 +an agent refused it");
    assertThat(kubectl.ok("get", "events")).contains("an agent refused it");
  }

  @Test
  void explainsFields() throws Exception {
    assertThat(kubectl.ok("explain", "vs.spec.http.retries.attempts"))
        .contains("VirtualService", "0 turns retries off");
    assertThat(kubectl.ok("explain", "httproute.spec", "--recursive")).contains("backendRefs");
    assertThat(kubectl.ok("api-resources", "--no-headers").lines())
        .anyMatch(line -> line.matches("virtualservices +vs +.*VirtualService"))
        .allMatch(line -> line.matches(".* v1 .*|.*/v1 .*"));
    assertThat(kubectl.ok("api-versions")).contains("gateway.networking.k8s.io/v1");
    assertThat(kubectl.run("version").output()).contains("Server Version");
  }

  @Test
  void deletesAllOfAKind() throws Exception {
    for (int i = 0; i < 3; i++) {
      kubectl.ok(
          "apply",
          "-f",
          kubectl.file("orders.yaml", ORDERS.replace("name: orders", "name: orders-" + i)));
    }

    kubectl.ok("delete", "vs", "--all");

    assertThat(api.policies.list().items()).isEmpty();
  }

  @Test
  void readsLongListsInParts() throws Exception {
    for (int i = 0; i < 7; i++) {
      kubectl.ok(
          "create",
          "-f",
          kubectl.file("orders.yaml", ORDERS.replace("name: orders", "name: orders-" + i)));
    }

    assertThat(kubectl.ok("get", "vs", "--chunk-size=3", "-o", "name").lines()).hasSize(7);
  }
}

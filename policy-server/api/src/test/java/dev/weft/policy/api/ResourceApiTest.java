/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.policy.api.RunningApi.Answer;
import java.util.Iterator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ResourceApiTest {
  private static final String ALL =
      "/apis/networking.istio.io/v1/namespaces/default/virtualservices";
  private static final String ORDERS = ALL + "/orders";
  private static final String BODY =
      """
      {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
       "metadata": {"name": "orders", "labels": {"team": "a"}},
       "spec": {"hosts": ["orders"], "http": [{"timeout": "2s"}]}}
      """;
  private static final String[] JSON = {"Content-Type", "application/json"};
  private static final String[] MERGE = {"Content-Type", "application/merge-patch+json"};
  private static final String[] APPLY = {"Content-Type", "application/apply-patch+yaml"};

  private RunningApi api;

  @BeforeEach
  void startApi() {
    api = new RunningApi();
  }

  @AfterEach
  void stopApi() {
    api.close();
  }

  @Test
  void aNewResourceGetsWhatTheServerSets() {
    Answer created = api.send("POST", ALL, BODY, JSON);

    assertThat(created.status()).isEqualTo(201);
    assertThat(created.at("/metadata/generation")).isEqualTo("1");
    assertThat(created.at("/metadata/namespace")).isEqualTo("default");
    assertThat(created.at("/metadata/uid")).hasSize(36);
    assertThat(created.at("/metadata/creationTimestamp")).endsWith("Z");
    assertThat(created.at("/metadata/resourceVersion"))
        .isEqualTo(Long.toString(api.policies.revision()));
    assertThat(api.get(ORDERS).json()).isEqualTo(created.json());
  }

  @Test
  void yamlIsTakenAndGiven() {
    String yaml =
        """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata:
          name: orders
        spec: &spec
          hosts: [orders]
          http: [{route: [{destination: {host: orders}}]}]
        """;

    assertThat(api.send("POST", ALL, yaml, "Content-Type", "application/yaml").status())
        .isEqualTo(201);
    Answer read = api.get(ORDERS, "Accept", "application/yaml");
    assertThat(read.contentType()).startsWith("application/yaml");
    assertThat(read.body()).contains("hosts:\n  - orders");
  }

  @Test
  void aSecondCreationIsRefused() {
    api.send("POST", ALL, BODY, JSON);

    Answer second = api.send("POST", ALL, BODY, JSON);

    assertThat(second.status()).isEqualTo(409);
    assertThat(second.at("/reason")).isEqualTo("AlreadyExists");
  }

  @Test
  void aNameIsMadeIfOnlyItsBeginningIsGiven() {
    Answer created =
        api.send(
            "POST", ALL, BODY.replace("\"name\": \"orders\"", "\"generateName\": \"o-\""), JSON);

    assertThat(created.at("/metadata/name")).matches("o-[a-z0-9]{5}");
  }

  @Test
  void theGenerationCountsChangesOfTheSpecOnly() {
    api.send("POST", ALL, BODY, JSON);

    api.send("PATCH", ORDERS, "{\"metadata\": {\"labels\": {\"team\": \"b\"}}}", MERGE);
    assertThat(api.get(ORDERS).at("/metadata/generation")).isEqualTo("1");
    api.send("PATCH", ORDERS, "{\"spec\": {\"exportTo\": [\".\"]}}", MERGE);
    assertThat(api.get(ORDERS).at("/metadata/generation")).isEqualTo("2");
  }

  @Test
  void aWriteThatChangesNothingMakesNoRevision() {
    api.send("POST", ALL, BODY, JSON);
    long revision = api.policies.revision();

    Answer answer =
        api.send("PATCH", ORDERS, "{\"metadata\": {\"labels\": {\"team\": \"a\"}}}", MERGE);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(api.policies.revision()).isEqualTo(revision);
  }

  @Test
  void aReplacementOfAnOldVersionIsAConflict() {
    String first = api.send("POST", ALL, BODY, JSON).body();
    api.send("PATCH", ORDERS, "{\"spec\": {\"exportTo\": [\".\"]}}", MERGE);

    Answer answer = api.send("PUT", ORDERS, first, JSON);

    assertThat(answer.status()).isEqualTo(409);
    assertThat(answer.at("/reason")).isEqualTo("Conflict");
    assertThat(answer.at("/message")).contains("the object has been modified", "expected: ");
  }

  @Test
  void aReplacementWithoutAVersionIsTaken() {
    api.send("POST", ALL, BODY, JSON);

    assertThat(api.send("PUT", ORDERS, BODY.replace("2s", "3s"), JSON).status()).isEqualTo(200);
    assertThat(api.get(ORDERS).at("/spec/http/0/timeout")).isEqualTo("3s");
  }

  @Test
  void aReplacementOfNothingIsNotFound() {
    assertThat(api.send("PUT", ORDERS, BODY, JSON).status()).isEqualTo(404);
  }

  @Test
  void aBodyThatIsNotWhatThePathSaysIsRefused() {
    Answer otherKind = api.send("POST", ALL, BODY.replace("VirtualService", "ServiceEntry"), JSON);
    assertThat(otherKind.status()).isEqualTo(400);
    assertThat(otherKind.at("/message"))
        .isEqualTo("kind: ServiceEntry (expected: VirtualService, as the path says)");
    api.send("POST", ALL, BODY, JSON);
    assertThat(
            api.send("PUT", ORDERS, BODY.replace("\"orders\",", "\"other\","), JSON).at("/message"))
        .startsWith("metadata.name: other (expected: orders");
  }

  @Test
  void aBadValueIsUnprocessableWithACauseForEachField() {
    Answer answer =
        api.send(
            "POST", ALL, BODY.replace("\"2s\"", "7").replace("\"orders\",", "\"Orders\","), JSON);

    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.at("/reason")).isEqualTo("Invalid");
    assertThat(answer.json().at("/details/causes").findValuesAsText("field"))
        .containsExactly("metadata.name", "spec.http[0].timeout");
    assertThat(answer.at("/details/causes/1/message")).isEqualTo("7 (expected: a string)");
    assertThat(answer.at("/details/causes/1/reason")).isEqualTo("FieldValueTypeInvalid");
  }

  @Test
  void anUnknownFieldIsRefusedWarnedOfOrKeptAsTheClientSays() {
    String body = BODY.replace("\"timeout\"", "\"timeuot\"");

    Answer strict = api.send("POST", ALL, body, JSON);
    Answer warned = api.send("POST", ALL + "?fieldValidation=Warn&dryRun=All", body, JSON);
    Answer kept = api.send("POST", ALL + "?fieldValidation=Ignore", body, JSON);

    assertThat(strict.status()).isEqualTo(400);
    assertThat(strict.at("/message")).startsWith("strict decoding error: spec.http[0].timeuot:");
    assertThat(warned.status()).isEqualTo(201);
    assertThat(warned.warning()).startsWith("299 - \"spec.http[0].timeuot: unknown field");
    assertThat(kept.status()).isEqualTo(201);
    assertThat(kept.warning()).isEmpty();
    assertThat(api.get(ORDERS).at("/spec/http/0/timeuot")).isEqualTo("2s");
  }

  @Test
  void malformedBodiesAreNamedWithTheirPlace() {
    assertThat(api.send("POST", ALL, "{\"a\": }", JSON).at("/message"))
        .startsWith("the body is no JSON: line 1, column ");
    assertThat(api.send("POST", ALL, "{\"a\": 1, \"a\": 2}", JSON).at("/message"))
        .contains("Duplicate field 'a'");
    assertThat(api.send("POST", ALL, "a: [", "Content-Type", "application/yaml").at("/message"))
        .startsWith("the body is no YAML: line ");
    assertThat(api.send("POST", ALL, "[]", JSON).status()).isEqualTo(400);
    assertThat(api.send("POST", ALL, "", JSON).status()).isEqualTo(400);
  }

  @Test
  void aBodyThatIsTooLargeIsRefused() {
    Answer answer = api.send("POST", ALL, "x".repeat(11 << 20), JSON);

    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.at("/message")).contains("too large (expected: at most ");
  }

  @Test
  void aBodyOfNoKnownTypeIsRefused() {
    assertThat(api.send("POST", ALL, BODY, "Content-Type", "text/plain").status()).isEqualTo(415);
    assertThat(api.send("POST", ALL, BODY).status()).isEqualTo(415);
    assertThat(api.get(ORDERS, "Accept", "image/png").status()).isNotEqualTo(200);
  }

  @Test
  void whatIsNotThereIsNotFound() {
    Answer resource = api.get(ORDERS);
    assertThat(resource.status()).isEqualTo(404);
    assertThat(resource.at("/message"))
        .isEqualTo("virtualservices.networking.istio.io \"orders\" not found");
    assertThat(resource.at("/details/name")).isEqualTo("orders");
    assertThat(api.get("/apis/networking.istio.io/v1/gateways").status()).isEqualTo(404);
    assertThat(api.get("/apis/networking.istio.io/v2/virtualservices").status()).isEqualTo(404);
    assertThat(api.get("/openapi/v2").status()).isEqualTo(404);
  }

  @Test
  void theMethodHasToFitThePath() {
    assertThat(api.send("POST", ORDERS, BODY, JSON).status()).isEqualTo(405);
    assertThat(api.send("DELETE", ALL, "").status()).isEqualTo(405);
    assertThat(
            api.send("POST", "/apis/networking.istio.io/v1/virtualservices", BODY, JSON).status())
        .isEqualTo(405);
  }

  @Test
  void readOnlyKindsCannotBeWritten() {
    Answer answer =
        api.send(
            "POST",
            "/apis/networking.istio.io/v1/namespaces/default/workloadentries",
            BODY.replace("VirtualService", "WorkloadEntry"),
            JSON);

    assertThat(answer.status()).isEqualTo(405);
    assertThat(api.get("/apis/networking.istio.io/v1/workloadentries").status()).isEqualTo(200);
  }

  @Test
  void nothingCanBeWrittenIfPoliciesComeFromAFolder() {
    try (RunningApi readOnly = new RunningApi(true)) {
      Answer answer = readOnly.send("POST", ALL, BODY, JSON);

      assertThat(answer.status()).isEqualTo(405);
      assertThat(answer.at("/message")).contains("edit the files");
    }
  }

  @Test
  void aDeletionCanDependOnTheVersion() {
    String version = api.send("POST", ALL, BODY, JSON).at("/metadata/resourceVersion");
    String options = "{\"preconditions\": {\"resourceVersion\": \"%s\"}}";

    assertThat(api.send("DELETE", ORDERS, options.formatted("1"), JSON).status()).isEqualTo(409);
    Answer deleted = api.send("DELETE", ORDERS, options.formatted(version), JSON);

    assertThat(deleted.status()).isEqualTo(200);
    assertThat(deleted.at("/status")).isEqualTo("Success");
    assertThat(api.send("DELETE", ORDERS, "").status()).isEqualTo(404);
  }

  @Test
  void theStatusIsWrittenApartFromTheRest() {
    api.send("POST", ALL, BODY.replace("\"spec\"", "\"status\": {\"a\": 1}, \"spec\""), JSON);
    assertThat(api.get(ORDERS).json().has("status")).isFalse();

    api.send(
        "PATCH", ORDERS + "/status", "{\"status\": {\"b\": 2}, \"spec\": {\"hosts\": []}}", MERGE);
    api.send("PATCH", ORDERS, "{\"status\": {\"c\": 3}}", MERGE);

    JsonNode resource = api.get(ORDERS).json();
    assertThat(resource.path("status")).hasToString("{\"b\":2}");
    assertThat(resource.at("/spec/hosts")).hasToString("[\"orders\"]");
    assertThat(resource.at("/metadata/generation").asInt()).isEqualTo(1);
  }

  @Test
  void listsAreSelectedByLabelsAndFields() {
    api.send("POST", ALL, BODY, JSON);
    api.send(
        "POST", ALL, BODY.replace("\"orders\",", "\"second\",").replace("\"a\"", "\"b\""), JSON);

    assertThat(names(ALL)).isEqualTo("[orders, second]");
    assertThat(names(ALL + "?labelSelector=team=a")).isEqualTo("[orders]");
    assertThat(names(ALL + "?labelSelector=team!=a")).isEqualTo("[second]");
    assertThat(names(ALL + "?labelSelector=team%20notin%20(a,c)")).isEqualTo("[second]");
    assertThat(names(ALL + "?labelSelector=team,!other")).isEqualTo("[orders, second]");
    assertThat(names(ALL + "?fieldSelector=metadata.name=second")).isEqualTo("[second]");
    assertThat(api.get(ALL + "?fieldSelector=spec.hosts=a").status()).isEqualTo(400);
    assertThat(api.get(ALL + "?labelSelector=a%20b%20c").status()).isEqualTo(400);
  }

  @Test
  void longListsComeInPartsOfOneRevision() {
    for (int i = 0; i < 5; i++) {
      api.send("POST", ALL, BODY.replace("\"orders\",", "\"o" + i + "\","), JSON);
    }

    Answer first = api.get(ALL + "?limit=2");
    api.send("DELETE", ALL + "/o3", "");
    Answer second = api.get(ALL + "?limit=2&continue=" + first.at("/metadata/continue"));
    Answer third = api.get(ALL + "?limit=2&continue=" + second.at("/metadata/continue"));

    assertThat(first.at("/metadata/remainingItemCount")).isEqualTo("3");
    assertThat(names(second)).isEqualTo("[o2, o3]");
    assertThat(names(third)).isEqualTo("[o4]");
    assertThat(third.at("/metadata/resourceVersion"))
        .isEqualTo(first.at("/metadata/resourceVersion"));
    assertThat(third.json().at("/metadata").has("continue")).isFalse();
    Answer unknown = api.get(ALL + "?limit=2&continue=unknown");
    assertThat(unknown.status()).isEqualTo(410);
    assertThat(unknown.at("/reason")).isEqualTo("Expired");
  }

  @Test
  void aWatchShowsWhatIsThereAndThenWhatChanges() {
    api.send("POST", ALL, BODY, JSON);
    try (Stream<String> lines = api.watch(ALL + "?watch=true")) {
      Iterator<String> events = lines.iterator();

      assertThat(event(events)).isEqualTo("ADDED orders");
      api.send("PATCH", ORDERS, "{\"spec\": {\"exportTo\": [\".\"]}}", MERGE);
      assertThat(event(events)).isEqualTo("MODIFIED orders");
      api.send("DELETE", ORDERS, "");
      assertThat(event(events)).isEqualTo("DELETED orders");
    }
  }

  @Test
  void aWatchFromAVersionShowsWhatCameAfterIt() {
    String version = api.send("POST", ALL, BODY, JSON).at("/metadata/resourceVersion");
    api.send("PATCH", ORDERS, "{\"spec\": {\"exportTo\": [\".\"]}}", MERGE);

    try (Stream<String> lines = api.watch(ALL + "?watch=true&resourceVersion=" + version)) {
      assertThat(event(lines.iterator())).isEqualTo("MODIFIED orders");
    }
  }

  @Test
  void aWatchedResourceThatIsNoLongerSelectedIsDeletedToTheWatcher() {
    try (Stream<String> lines = api.watch(ALL + "?watch=true&labelSelector=team=a")) {
      Iterator<String> events = lines.iterator();
      api.send("POST", ALL, BODY, JSON);
      assertThat(event(events)).isEqualTo("ADDED orders");

      api.send("PATCH", ORDERS, "{\"metadata\": {\"labels\": {\"team\": \"b\"}}}", MERGE);
      assertThat(event(events)).isEqualTo("DELETED orders");
      api.send("PATCH", ORDERS, "{\"metadata\": {\"labels\": {\"team\": \"a\"}}}", MERGE);
      assertThat(event(events)).isEqualTo("ADDED orders");
    }
  }

  @Test
  void aWatchEndsInTimeWithABookmarkOfTheRevision() {
    api.send("POST", ALL, BODY, JSON);
    String path = ALL + "?watch=true&allowWatchBookmarks=true&timeoutSeconds=1&resourceVersion=";
    try (Stream<String> lines = api.watch(path + api.policies.revision())) {
      JsonNode last = RunningApi.parse(lines.toList().get(0));

      assertThat(last.path("type").asText()).isEqualTo("BOOKMARK");
      assertThat(last.at("/object/metadata/resourceVersion").asText())
          .isEqualTo(Long.toString(api.policies.revision()));
    }
  }

  @Test
  void aWatchFromAForgottenVersionIsGone() {
    Answer answer = api.get(ALL + "?watch=true&resourceVersion=1");

    assertThat(answer.status()).isEqualTo(410);
    assertThat(answer.at("/reason")).isEqualTo("Expired");
  }

  @Test
  void serverSideApplyCreatesChangesAndTakesBack() {
    String yaml =
        """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: orders}
        spec: {hosts: [orders], tcp: [{}], exportTo: ["."]}
        """;

    assertThat(api.send("PATCH", ORDERS + "?fieldManager=m", yaml, APPLY).status()).isEqualTo(201);
    long revision = api.policies.revision();
    assertThat(api.send("PATCH", ORDERS + "?fieldManager=m", yaml, APPLY).status()).isEqualTo(200);
    assertThat(api.policies.revision()).isEqualTo(revision);
    Answer without =
        api.send(
            "PATCH", ORDERS + "?fieldManager=m", yaml.replace(", exportTo: [\".\"]", ""), APPLY);

    assertThat(without.json().path("spec")).hasToString("{\"hosts\":[\"orders\"],\"tcp\":[{}]}");
    assertThat(without.at("/metadata/generation")).isEqualTo("2");
  }

  @Test
  void patchesOfManyAtOnceAllCount() {
    api.send("POST", ALL, BODY, JSON);

    Stream.of("a", "b", "c", "d", "e", "f")
        .parallel()
        .forEach(
            label ->
                assertThat(
                        api.send(
                                "PATCH",
                                ORDERS,
                                "{\"metadata\":{\"labels\":{\"%s\":\"1\"}}}".formatted(label),
                                MERGE)
                            .status())
                    .isEqualTo(200));

    assertThat(api.get(ORDERS).json().at("/metadata/labels")).hasSize(7);
  }

  @Test
  void agentsAreShownByServiceAndInstance() {
    api.agents.add(
        (com.fasterxml.jackson.databind.node.ObjectNode)
            RunningApi.parse(
                "{\"workload\": {\"service\": \"orders\", \"instance\": \"orders-1\","
                    + " \"namespace\": \"shop\", \"nodeId\": \"orders-1-node\"}}"));

    assertThat(api.get("/weft/v1/agents").json().path("agents")).hasSize(1);
    assertThat(api.get("/weft/v1/agents/orders").json().path("agents")).hasSize(1);
    assertThat(api.get("/weft/v1/agents/orders-1").status()).isEqualTo(200);
    assertThat(api.get("/weft/v1/agents/orders.shop").status()).isEqualTo(200);
    assertThat(api.get("/weft/v1/agents/orders.other").status()).isEqualTo(404);
    assertThat(api.get("/weft/v1/agents/other").status()).isEqualTo(404);
    assertThat(api.get("/weft/v1/agents/orders-1-node/config").json().path("revision").asText())
        .isEqualTo("7");
    assertThat(api.get("/weft/v1/agents/other/config").status()).isEqualTo(404);
    assertThat(api.get("/weft/v1/other").status()).isEqualTo(404);
  }

  private String names(String path) {
    return names(api.get(path));
  }

  private static String names(Answer answer) {
    return answer.json().path("items").findValuesAsText("name").toString();
  }

  private static String event(Iterator<String> events) {
    JsonNode event = RunningApi.parse(events.next());
    return event.path("type").asText() + " " + event.at("/object/metadata/name").asText();
  }
}

using System.Net;
using Gateway.Tests.Support;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Gateway.Tests.Conformance;

/// <summary>What we rely on in KubernetesClient's calls, be it the package or the shim.</summary>
public sealed class KubernetesCallTests
{
    [Fact]
    public async Task Names_and_questions_are_escaped_in_the_address()
    {
        await using var server = await StubApiServer.Start(call => call.Answer(200, StubCall.List("PodList", "1", null)));
        using var client = server.Client();

        await client.CoreV1.ListNamespacedPodAsync("ml", labelSelector: "a in (b,c)", limit: 5);

        var seen = Assert.Single(server.Requests);
        Assert.Equal(("GET", "/api/v1/namespaces/ml/pods"), (seen.Method, seen.Path));
        var query = System.Web.HttpUtility.ParseQueryString(seen.Query);
        Assert.Equal(("a in (b,c)", "5"), (query["labelSelector"], query["limit"]));
    }

    [Fact]
    public async Task Patches_say_what_kind_they_are_and_send_text_as_it_is()
    {
        await using var server = await StubApiServer.Start(call => call.Answer(200, StubCall.Pod("a", "1")));
        using var client = server.Client();

        await client.CoreV1.PatchNamespacedPodAsync(new V1Patch("""{"metadata":{"labels":{"a":null}}}""", V1Patch.PatchType.MergePatch), "a", "ml");
        await client.CoreV1.PatchNamespacedPodStatusAsync(new V1Patch(new V1Pod { Status = new V1PodStatus { Phase = "Failed" } }, V1Patch.PatchType.StrategicMergePatch), "a", "ml");

        Assert.StartsWith("application/merge-patch+json", server.Requests[0].ContentType, StringComparison.Ordinal);
        Assert.Equal("""{"metadata":{"labels":{"a":null}}}""", server.Requests[0].Body);
        Assert.StartsWith("application/strategic-merge-patch+json", server.Requests[1].ContentType, StringComparison.Ordinal);
        Assert.Equal(("PATCH", "/api/v1/namespaces/ml/pods/a/status"), (server.Requests[1].Method, server.Requests[1].Path));
        Assert.Equal("""{"status":{"phase":"Failed"}}""", server.Requests[1].Body);
    }

    [Fact]
    public async Task A_failure_brings_status_content_and_headers()
    {
        await using var server = await StubApiServer.Start(call => call.Answer(429, StubCall.Status(429, "TooManyRequests", "slow down"), ("Retry-After", "7")));
        using var client = server.Client();

        var failure = await Assert.ThrowsAsync<HttpOperationException>(() => client.CoreV1.ReadNamespacedPodAsync("a", "ml"));

        Assert.Equal(HttpStatusCode.TooManyRequests, failure.Response.StatusCode);
        Assert.Contains("slow down", failure.Response.Content, StringComparison.Ordinal);
        Assert.Equal(["7"], failure.Response.Headers["Retry-After"]);
    }

    [Fact]
    public async Task A_watch_is_a_sequence_and_what_goes_wrong_comes_beside_it()
    {
        await using var server = await StubApiServer.Start(call => call.Say(
            StubCall.Event("ADDED", StubCall.Pod("a", "1")), StubCall.Event("BOOKMARK", """{"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"2"}}"""),
            StubCall.Event("DELETED", StubCall.Pod("a", "3")), StubCall.Event("ERROR", StubCall.Status(410, "Expired", "too old"))));
        using var client = server.Client();
        var (events, errors) = (new List<(WatchEventType, string)>(), new List<Exception>());

        await foreach (var (type, pod) in client.CoreV1.WatchListPodForAllNamespacesAsync(resourceVersion: "0", allowWatchBookmarks: true, onError: errors.Add))
        {
            events.Add((type, pod.ResourceVersion()));
        }

        Assert.Equal([(WatchEventType.Added, "1"), (WatchEventType.Bookmark, "2"), (WatchEventType.Deleted, "3")], events);
        Assert.Equal(410, Assert.IsType<KubernetesException>(Assert.Single(errors)).Status.Code);
    }

    [Fact]
    public async Task Objects_of_other_kinds_are_read_into_what_the_caller_makes_of_them()
    {
        await using var server = await StubApiServer.Start(call => call.Answer(200, """{"kind":"PodGroup","apiVersion":"scheduling.example.com/v1","metadata":{"name":"g"},"spec":{"minMember":3},"status":{"x":1}}"""));
        using var client = server.Client();

        var group = await client.CustomObjects.GetNamespacedCustomObjectAsync<Group>("scheduling.example.com", "v1", "ml", "podgroups", "g");
        await client.CustomObjects.PatchNamespacedCustomObjectStatusAsync<Group>(
            new V1Patch("""{"status":{"phase":"Running"}}""", V1Patch.PatchType.MergePatch), "scheduling.example.com", "v1", "ml", "podgroups", "g");

        Assert.Equal(("g", 3), (group.Name(), group.Spec!.MinMember));
        Assert.Equal("/apis/scheduling.example.com/v1/namespaces/ml/podgroups/g", server.Requests[0].Path);
        Assert.Equal(("PATCH", "/apis/scheduling.example.com/v1/namespaces/ml/podgroups/g/status"), (server.Requests[1].Method, server.Requests[1].Path));
        Assert.StartsWith("application/merge-patch+json", server.Requests[1].ContentType, StringComparison.Ordinal);
    }

    private sealed class Group : IKubernetesObject<V1ObjectMeta>
    {
        public string? ApiVersion { get; set; }

        public string? Kind { get; set; }

        public V1ObjectMeta Metadata { get; set; } = new();

        public GroupSpec? Spec { get; set; }
    }

    private sealed class GroupSpec
    {
        public int MinMember { get; set; }
    }
}

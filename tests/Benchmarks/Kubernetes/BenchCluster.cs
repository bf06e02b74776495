using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using KubeKit;

namespace Benchmarks.Kubernetes;

/// <summary>A real API server with fake nodes, and who makes pods there and looks on.</summary>
internal sealed class BenchCluster : IAsyncDisposable
{
    public const string Space = "bench";
    public const string Scheduler = "orleans-scheduler";

    /// <summary>The account of both contenders, so that API Priority and Fairness treats them alike.</summary>
    public const string Account = "system:serviceaccount:orleans-scheduler:gateway";

    private const int CreationsAtOnce = 24;

    private BenchCluster(KubeServer server, int nodes) => (Server, Nodes) = (server, nodes);

    public KubeServer Server { get; }

    public int Nodes { get; }

    public KubeUser User { get; } = new(Account, "system:serviceaccounts", "system:serviceaccounts:orleans-scheduler", "system:authenticated");

    public static async Task<BenchCluster> Start(int nodes)
    {
        var user = new KubeUser(Account, "system:serviceaccounts", "system:serviceaccounts:orleans-scheduler");
        var cluster = new BenchCluster(await KubeServer.Start(new KubeServerOptions { InMemory = false, Users = [user] }), nodes);
        foreach (var folder in new[] { "crds", "base" })
        {
            var manifests = await cluster.Server.Kubectl(["kustomize", Path.Combine(KubeBinaries.Root, "deploy/kubernetes", folder)]);
            await cluster.Apply(KubeBinaries.Minor < 21 ? manifests.Replace("apiVersion: policy/v1\n", "apiVersion: policy/v1beta1\n", StringComparison.Ordinal) : manifests);
        }

        await ProductSettings.Grant(cluster.Server);
        await cluster.Server.Admin.Create("/api/v1/namespaces", new JsonObject { ["metadata"] = new JsonObject { ["name"] = Space } });
        await new FakeNodes { Prefix = "node", Count = nodes, Pods = 1000 }.Create(cluster.Server.Admin);
        return cluster;
    }

    /// <summary>Makes pods as fast as the server takes them, or so many a second. Each is told as soon as its request is answered.</summary>
    public async Task Create(IReadOnlyList<PodPlan> pods, double perSecond, Action<string> made, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, pods.Count),
            new ParallelOptions { MaxDegreeOfParallelism = CreationsAtOnce, CancellationToken = cancellationToken },
            async (index, token) =>
            {
                if (perSecond > 0 && TimeSpan.FromSeconds(index / perSecond) - TimeProvider.System.GetElapsedTime(started) is var early && early > TimeSpan.Zero)
                {
                    await Task.Delay(early, token);
                }

                await Post($"/api/v1/namespaces/{Space}/pods", Manifest(pods[index]), token);
                made(pods[index].Name);
            });
    }

    /// <summary>The groups of scheduler-plugins that the pods name.</summary>
    public Task CreateGroups(IEnumerable<PodPlan> pods, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            pods.Where(p => p.Group is not null).GroupBy(p => p.Group!),
            new ParallelOptions { MaxDegreeOfParallelism = CreationsAtOnce, CancellationToken = cancellationToken },
            async (group, token) => await Post(
                $"/apis/scheduling.x-k8s.io/v1alpha1/namespaces/{Space}/podgroups",
                $$$"""{"apiVersion":"scheduling.x-k8s.io/v1alpha1","kind":"PodGroup","metadata":{"name":"{{{group.Key}}}"},"spec":{"minMember":{{{group.Count()}}}}}""",
                token));

    /// <summary>All pods and groups gone.</summary>
    public async Task Clear()
    {
        foreach (var path in new[] { $"/api/v1/namespaces/{Space}/pods", $"/apis/scheduling.x-k8s.io/v1alpha1/namespaces/{Space}/podgroups" })
        {
            // A server that is out of time with so many is asked again; it may say so by ending the stream.
            do
            {
                try
                {
                    await Server.Admin.Send(HttpMethod.Delete, path, new JsonObject { ["gracePeriodSeconds"] = 0 });
                }
                catch (HttpRequestException)
                {
                    // How many are left is seen next.
                }
            }
            while ((await Server.Admin.Get(path + "?limit=1"))["items"]!.AsArray().Count > 0);
        }
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    private static string Manifest(PodPlan pod)
    {
        var label = pod.Group is null ? "" : $$""","labels":{"scheduling.x-k8s.io/pod-group":"{{pod.Group}}"}""";
        var resources = string.Create(CultureInfo.InvariantCulture, $$"""{"cpu":"1","memory":"1Gi","nvidia.com/gpu":"{{pod.Gpus}}"}""");
        return $$$"""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{{pod.Name}}}"{{{label}}}},"spec":{"schedulerName":"{{{Scheduler}}}","restartPolicy":"Never","automountServiceAccountToken":false,
            "containers":[{"name":"main","image":"example.test/train:1","resources":{"requests":{{{resources}}},"limits":{{{resources}}}}}]}}
            """;
    }

    private async Task Apply(string manifests)
    {
        // Namespaces come first in what kustomize prints; a server that is still taking them in is asked again.
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await Server.Kubectl(["apply", "--server-side", "--validate=false", "-f", "-"], input: manifests);
                return;
            }
            catch (InvalidOperationException) when (attempt < 5)
            {
                await Task.Delay(500);
            }
        }
    }

    private async Task Post(string path, string body, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var content = new StringContent(body, Encoding.UTF8, "application/json");
                using var answer = await Server.Admin.Http.PostAsync(path, content, cancellationToken);
                if (answer.StatusCode == HttpStatusCode.Created || (attempt > 1 && answer.StatusCode == HttpStatusCode.Conflict))
                {
                    return;
                }

                throw new InvalidOperationException($"POST {path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancellationToken)}");
            }
            catch (HttpRequestException) when (attempt < 5)
            {
                // The connection was closed under it; it may have been made.
            }
        }
    }
}

/// <summary>A pod to be made.</summary>
internal sealed record PodPlan(string Name, int Gpus, string? Group = null);

using System.Globalization;
using System.Text.Json.Nodes;
using KubeKit;
using KubeTests.Support;
using Scheduling.Model;

namespace KubeTests.Faults;

/// <summary>Gangs in a namespace of their own, their durable jobs, a kubelet, and a referee. Gateways come and go.</summary>
internal sealed class FaultWorld : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    private readonly List<JobId> _jobs = [];
    private readonly int _workers;
    private readonly FakeKubelet _kubelet;

    private FaultWorld(KubeServer server, string space, int workers)
    {
        (Server, Space, _workers) = (server, space, workers);
        _kubelet = FakeKubelet.Start(server.Admin, new FakeKubeletOptions { Namespace = space, AtOnce = 4 });
        Referee = new Referee(server.Admin, space);
    }

    public KubeServer Server { get; }

    public string Space { get; }

    public JobBook Book { get; } = new();

    public Referee Referee { get; }

    /// <summary>Called with each effect on a pod that a gateway sends.</summary>
    public Action<ProxiedRequest> OnWrite { get; set; } = static _ => { };

    public static async Task<FaultWorld> Begin(KubeServer server, int gangs, int workers)
    {
        var world = new FaultWorld(server, await server.CreateNamespace("faults"), workers);
        await world.Grant();
        for (var gang = 0; gang < gangs; gang++)
        {
            var job = new JobId(string.Create(CultureInfo.InvariantCulture, $"{world.Space}-{gang}"));
            world._jobs.Add(job);
            world.Book.Add(job, [.. Enumerable.Range(0, workers).Select(w => new NodeId(string.Create(CultureInfo.InvariantCulture, $"{world.Space}-node-{(gang * workers) + w}")))]);
        }

        return world;
    }

    /// <summary>Every gang runs whole, on its nodes, as one attempt, and nothing else of it is left; and nothing was bound twice on the way.</summary>
    public async Task AllRunWhole()
    {
        await Eventually.True(() => Task.FromResult(Book.Started == _jobs.Count), $"all {_jobs.Count} gangs have started: {Book.Describe()}", Deadline);
        await Eventually.Get(
            async () => string.Join("; ", await NotWhole()), static what => what.Length == 0, "each gang's pods are those of one attempt, and run", Deadline);
        Assert.Empty(Referee.Findings);
    }

    public async ValueTask DisposeAsync()
    {
        await _kubelet.DisposeAsync();
        await Referee.DisposeAsync();
    }

    private async Task<List<string>> NotWhole()
    {
        var (pods, _) = await Server.Admin.List($"/api/v1/namespaces/{Space}/pods");
        List<string> wrong = [];
        foreach (var job in _jobs)
        {
            var attempt = Book.Current(job).Number.ToString(CultureInfo.InvariantCulture);
            var own = pods.Where(p => (string?)p["metadata"]!["labels"]?["orleans.scheduler/job"] == job.Value).ToList();
            var whole = own.Where(p => (string?)p["metadata"]!["labels"]!["orleans.scheduler/attempt"] == attempt && FakePods.PhaseOf(p) == "Running").ToList();
            if (whole.Count != _workers || own.Count != _workers)
            {
                wrong.Add($"{job}: {whole.Count} of {_workers} pods of attempt {attempt} run, {own.Count} pods in all");
            }
        }

        return wrong;
    }

    /// <summary>The rights that deploy/kubernetes gives, here in the one namespace.</summary>
    private async Task Grant()
    {
        var rules = new JsonArray(
            Rule("", "pods", "get", "list", "watch", "create", "patch", "delete"), Rule("", "pods/binding", "create"), Rule("coordination.k8s.io", "leases", "get", "create", "update"));
        await Server.Admin.Create("/apis/rbac.authorization.k8s.io/v1/clusterroles", new JsonObject { ["metadata"] = new JsonObject { ["name"] = Space }, ["rules"] = rules });
        await Server.Admin.Create("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = Space },
            ["roleRef"] = new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = "ClusterRole", ["name"] = Space },
            ["subjects"] = new JsonArray(new JsonObject { ["kind"] = "User", ["apiGroup"] = "rbac.authorization.k8s.io", ["name"] = KubeServerFixture.Account }),
        });
    }

    private static JsonObject Rule(string group, string resource, params string[] verbs) => new()
    {
        ["apiGroups"] = new JsonArray(group), ["resources"] = new JsonArray(resource), ["verbs"] = new JsonArray([.. verbs.Select(v => (JsonNode)v)]),
    };
}

using Gateway.Backends;
using Gateway.Hosting;
using Gateway.Kubernetes.Hosting;
using Gateway.Tests.Fakes;
using Gateway.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Scheduling.Model;

namespace Gateway.Tests.Kubernetes.Hosting;

/// <summary>The section "Kubernetes": what is wrong is said by field before anything starts, and what cannot be reached keeps nobody from starting.</summary>
public sealed class KubernetesSettingsTests
{
    [Fact]
    public void Plain_settings_are_right_and_say_who_is_meant()
    {
        var cluster = Cluster("west");
        Assert.Empty(new KubernetesSettings { Clusters = [cluster] }.Errors());
        Assert.Equal(["orleans-scheduler"], cluster.Names);
        cluster.SchedulerNames.Add("ours");
        cluster.Namespaces["a"] = "team-a";
        Assert.Equal(["ours"], cluster.PodsInOrDefault.SchedulerNames);
        Assert.Equal("a", cluster.PodsInOrDefault.Tenants["team-a"]);
    }

    [Fact]
    public void Whatever_is_wrong_is_said_by_its_field_all_at_once()
    {
        var broken = new ClusterSettings { Name = "West", SchedulerNames = ["default-scheduler"], BindsAtOnce = 0, ComplainAfter = TimeSpan.Zero };
        broken.Namespaces["a"] = broken.Namespaces["b"] = "same";
        broken.Pods.MasterPort = 0;
        broken.Pods.Tolerations.Add("a=b:Sometimes");
        broken.Pods.Devices.Add("gpu");
        broken.Lease.Name = "No";
        broken.Lease.Timing.RenewEvery = TimeSpan.FromSeconds(9);
        var errors = new KubernetesSettings { Clusters = [broken] }.Errors().ToList();
        foreach (var field in new[] { "Name is", "SchedulerNames has", "BindsAtOnce is", "ComplainAfter is", "Namespaces gives", "Pods:MasterPort", "Pods:Tolerations", "Pods:Devices", "Lease:Name", "Lease.Duration" })
        {
            Assert.Contains(errors, e => e.StartsWith("Kubernetes:Clusters[0]:" + field, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Two_clusters_whose_pools_could_have_one_name_are_refused()
    {
        Assert.Contains("PoolPrefix", Assert.Single(new KubernetesSettings { Clusters = [Cluster("west"), Cluster("east", "e-")] }.Errors()));
        Assert.Contains("Name is \"west\" again", Assert.Single(new KubernetesSettings { Clusters = [Cluster("west", "w-"), Cluster("west", "e-")] }.Errors()));
        Assert.Empty(new KubernetesSettings { Clusters = [Cluster("west", "w-"), Cluster("east", "e-")] }.Errors());
    }

    [Fact]
    public async Task A_pool_that_two_clusters_show_all_the_same_stays_the_firsts()
    {
        var claims = new PoolClaims();
        Assert.True(claims.Claim(new PoolId("p"), "hollow"));
        Assert.False(claims.Claim(new PoolId("p"), "west"));
        var source = new ClaimingNodeSource(new Two("west"), claims, NullLogger.Instance);
        Assert.Equal(["q"], (await source.Read(CancellationToken.None)).Pools.Select(p => p.Value));
        Assert.Equal(("hollow", "west"), (claims.OwnerOf(new PoolId("p")), claims.OwnerOf(new PoolId("q"))));
        var before = claims.Of("west");
        Assert.True(claims.Claim(new PoolId("r"), "west"));
        Assert.Equal(["q"], before.Select(p => p.Value));
        Assert.Equal(["q", "r"], claims.Of("west").Select(p => p.Value));
        Assert.Empty(claims.Of("east"));
    }

    [Theory]
    [InlineData("POST", "https://h/api/v1/namespaces/a/pods/x/binding", "bind")]
    [InlineData("POST", "https://h/api/v1/namespaces/a/pods/x/eviction", "evict")]
    [InlineData("POST", "https://h/api/v1/namespaces/a/pods", "create")]
    [InlineData("GET", "https://h/api/v1/pods?watch=true", "watch")]
    [InlineData("GET", "https://h/api/v1/pods", "get")]
    [InlineData("PATCH", "https://h/api/v1/namespaces/a/pods/x", "patch")]
    [InlineData("DELETE", "https://h/api/v1/namespaces/a/pods/x", "delete")]
    public void Calls_are_counted_by_what_they_do(string method, string url, string verb)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), url);
        Assert.Equal(verb, CallMeter.VerbOf(request));
    }

    [Fact]
    public void A_process_is_never_taken_for_another_although_it_bears_its_pods_name()
    {
        var lease = new ClusterLeaseSettings();
        Assert.Equal(("gateway-0_abc", "ours"), (lease.IdentityOf(Environment, "machine", "abc"), lease.NamespaceOr(Environment)));
        Assert.Equal(("machine_abc", "orleans-scheduler"), (lease.IdentityOf(_ => null, "machine", "abc"), lease.NamespaceOr(_ => null)));

        static string? Environment(string name) => name == "POD_NAME" ? "gateway-0" : "ours";
    }

    [Fact]
    public async Task A_cluster_that_cannot_be_reached_is_told_of_and_keeps_nobody_from_taking_jobs()
    {
        var kubeconfig = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await File.WriteAllTextAsync(kubeconfig, Unreachable);
        try
        {
            var cluster = new FakeCluster("main");
            await using var gateway = new TestGateway(
                builder =>
                {
                    cluster.AddTo(builder);
                    builder.AddKubernetes();
                },
                ("Kubernetes:Clusters:0:Name", "west"), ("Kubernetes:Clusters:0:Api:KubeConfig", kubeconfig), ("Kubernetes:Clusters:0:TakePods", "false"));
            await gateway.InitializeAsync();
            var ready = await gateway.Get("/healthz/ready");
            Assert.Equal(200, ready.Status);
            Assert.Matches("^ready\ndegraded: cluster west: not in step yet", ready.Text);
            Assert.Equal(201, (await gateway.Post("/api/v1/jobs", Bodies.Job())).Status);
        }
        finally
        {
            File.Delete(kubeconfig);
        }
    }

    [Fact]
    public void What_is_wrong_with_the_section_stops_the_start()
    {
        var line = new CommandLine { Settings = new Dictionary<string, string?> { ["Kubernetes:Clusters:0:Name"] = "No Name" } };
        Assert.Contains("Kubernetes:Clusters[0]:Name", Assert.Throws<ConfigurationException>(() => GatewayApp.Build(line, builder => builder.AddKubernetes())).Message);
    }

    private const string Unreachable =
        """
        apiVersion: v1
        kind: Config
        clusters: [ { name: c, cluster: { server: "https://127.0.0.1:1" } } ]
        users: [ { name: u, user: { token: t } } ]
        contexts: [ { name: x, context: { cluster: c, user: u } } ]
        current-context: x
        """;

    private static ClusterSettings Cluster(string name, string prefix = "")
    {
        var cluster = new ClusterSettings { Name = name };
        cluster.Nodes.PoolPrefix = prefix;
        return cluster;
    }

    private sealed class Two(string name) : INodeSource
    {
        public string Name => name;

        public Task<ClusterInventory> Read(CancellationToken cancellationToken) => Task.FromResult(new ClusterInventory
        {
            Racks = [new RackSpec { Rack = new RackId("p/r"), Block = "", Nodes = [] }, new RackSpec { Rack = new RackId("q/r"), Block = "", Nodes = [] }],
        });
    }
}

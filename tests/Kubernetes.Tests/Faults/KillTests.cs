using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using KubeKit;
using KubeTests.Support;

namespace KubeTests.Faults;

/// <summary>The real gateway, in a process of its own, killed again and again at whatever it was doing, while gangs of pods and jobs come in.</summary>
public sealed class KillTests(KubeServerFixture fixture)
{
    private const int Kills = 20;
    private const int Members = 4;
    private const int MostWrites = 20;

    private KubeServer Server => fixture.Server;

    [KubeFact]
    public async Task After_many_kills_at_random_moments_no_pod_was_bound_twice_and_every_gang_ran_whole()
    {
        var space = await Server.CreateNamespace("kills");
        await new FakeNodes { Prefix = "kills", Pool = "kills", Count = 6 }.Create(Server.Admin);
        await using var kubelet = FakeKubelet.Start(Server.Admin, new FakeKubeletOptions { Namespace = space, StartsAfter = TimeSpan.FromMilliseconds(50) });
        await using var referee = new Referee(Server.Admin, space);
        await using var proxy = await FaultProxy.Start(Server);
        var data = Directory.CreateTempSubdirectory("orleans-scheduler-kube-kills-").FullName;
        var settings = Settings(space, proxy);
        var random = new Random(11);
        var jobs = new ConcurrentBag<string>();
        for (var kill = 0; kill < Kills; kill++)
        {
            await Gang(space, kill);
            await using var gateway = GatewayProcess.Launch(data, settings);

            // Its n-th write is its last: on the way there, or on the way back.
            var (left, isSent, died) = (random.Next(1, MostWrites), random.Next(2) == 0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            proxy.Faults = request =>
            {
                if (!request.IsWrite || Interlocked.Decrement(ref left) > 0)
                {
                    return null;
                }

                died.TrySetResult();
                return new Fault { Cut = isSent ? CutAt.After : CutAt.Before };
            };
            var submitting = Submit(gateway.Api, jobs, died.Task);
            await died.Task.WaitAsync(TimeSpan.FromMinutes(3), TestContext.Current.CancellationToken);
            gateway.Kill();
            proxy.CutAll();
            await submitting;
        }

        proxy.Faults = null;
        await using var last = await GatewayProcess.Start(data, settings);
        await Eventually.Get(
            async () => string.Join("; ", await Unended(space)), static left => left.Length == 0, $"all pods of {Kills} gangs have run and ended well", TimeSpan.FromMinutes(5));
        foreach (var job in jobs)
        {
            await last.Api.Becomes(job, "Running");
            Assert.Equal(2, (await Workers.Of(Server, space, job)).Count(p => FakePods.PhaseOf(p) == "Running"));
        }

        Assert.Empty(referee.Findings);
        Assert.NotEmpty(jobs);
    }

    /// <summary>Pods as Kueue's users group them: the group needs no object.</summary>
    private async Task Gang(string space, int number)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"g{number}");
        for (var i = 0; i < Members; i++)
        {
            await Server.Admin.Create($"/api/v1/namespaces/{space}/pods", FakePods.Gpu(
                string.Create(CultureInfo.InvariantCulture, $"{name}-{i}"), space, 2, new Dictionary<string, string> { ["kueue.x-k8s.io/pod-group-name"] = name },
                new Dictionary<string, string> { ["kueue.x-k8s.io/pod-group-total-count"] = Members.ToString(CultureInfo.InvariantCulture), [FakeKubelet.RunMilliseconds] = "200" }));
        }
    }

    /// <summary>One job by REST, if it lives long enough to take one; of an answer that did not come nothing is known.</summary>
    private static async Task Submit(GatewayApi api, ConcurrentBag<string> jobs, Task died)
    {
        try
        {
            while (!died.IsCompleted && !await api.IsReady())
            {
                await Task.WhenAny(died, Task.Delay(50, TestContext.Current.CancellationToken));
            }

            // Of the first lives none may know the nodes yet.
            if (!died.IsCompleted && jobs.Count < 4 && await api.Post("/api/v1/jobs", GatewayUnderTest.Job("kills", 2)) is { Status: HttpStatusCode.Created } made)
            {
                jobs.Add((string)made.Body["id"]!);
            }
        }
        catch (HttpRequestException)
        {
            // It was killed meanwhile.
        }
    }

    /// <summary>Of each gang what is not as it should be: all members have ended well, bound in one and the same attempt.</summary>
    private async Task<List<string>> Unended(string space)
    {
        var (pods, _) = await Server.Admin.List($"/api/v1/namespaces/{space}/pods?labelSelector=kueue.x-k8s.io/pod-group-name");
        List<string> wrong = [];
        foreach (var gang in pods.GroupBy(p => (string)p["metadata"]!["labels"]!["kueue.x-k8s.io/pod-group-name"]!))
        {
            var attempts = gang.Select(p => (string?)p["metadata"]!["annotations"]!["orleans.scheduler/bound-for"]).Distinct().ToList();
            if (gang.Count() != Members || attempts.Count != 1 || gang.Any(p => FakePods.PhaseOf(p) != "Succeeded"))
            {
                wrong.Add($"{gang.Key}: {string.Join(", ", gang.Select(p => $"{FakePods.NameOf(p)} {FakePods.PhaseOf(p)}"))} for {string.Join(" and ", attempts)}");
            }
        }

        return pods.Count == Kills * Members ? wrong : [.. wrong, $"{pods.Count} pods"];
    }

    private Dictionary<string, string?> Settings(string space, FaultProxy proxy)
    {
        var settings = GatewayUnderTest.Cluster(
            Server, space, "kills", 0, ("Lease:Timing:Duration", "00:00:02"), ("Lease:Timing:Margin", "00:00:00.300"), ("Lease:Timing:RenewEvery", "00:00:00.400"),
            ("Lease:Timing:RetryEvery", "00:00:00.100"), ("Lease:Timing:CallTimeout", "00:00:01"));
        settings["Kubernetes:Clusters:0:Api:KubeConfig"] = Server.Kubeconfig(address: proxy.Address);
        return settings;
    }
}

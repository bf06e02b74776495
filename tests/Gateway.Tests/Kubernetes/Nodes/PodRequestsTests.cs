using FsCheck;
using FsCheck.Fluent;
using Gateway.Kubernetes.Nodes;

namespace Gateway.Tests.Kubernetes.Nodes;

/// <summary>A pod takes of a node what kube-scheduler and kubelet say it takes.</summary>
public sealed class PodRequestsTests
{
    [Fact]
    public void Containers_run_together_and_init_containers_one_after_the_other()
    {
        var pod = new PodAsk
        {
            Containers = [Asks("1", "1Gi"), Asks("500m", "2Gi")],
            InitContainers = [Asks("2", "1Gi"), Asks("100m", "4Gi")],
        };

        Assert.Equal((2000L, 4L << 30), Of(pod));
    }

    [Fact]
    public void A_sidecar_runs_beside_all_that_come_after_it()
    {
        var pod = new PodAsk
        {
            Containers = [Asks("1", "1Gi")],
            InitContainers = [Asks("1500m", "0"), Asks("500m", "1Gi") with { IsSidecar = true }, Asks("1", "0"), Asks("1200m", "0")],
        };

        // 1.5 before the sidecar; 0.5 + 1.2 beside it; 1 + 0.5 in the end.
        Assert.Equal((1700L, 2L << 30), Of(pod));
    }

    [Fact]
    public void Overhead_comes_on_top_of_everything()
    {
        var pod = new PodAsk { Containers = [Asks("1", "1Gi")], Overhead = new ResourceAmounts { { "cpu", "250m" }, { "memory", "120Mi" } } };

        Assert.Equal((1250L, (1L << 30) + (120L << 20)), Of(pod));
    }

    [Fact]
    public void What_the_pod_asks_as_a_whole_stands_instead_of_its_containers()
    {
        var pod = new PodAsk
        {
            Containers = [Asks("1", "1Gi") with { Requests = new ResourceAmounts { { "cpu", "1" }, { "memory", "1Gi" }, { "nvidia.com/gpu", "2" } } }],
            Whole = new ContainerAsk { Requests = new ResourceAmounts { { "cpu", "3" }, { "nvidia.com/gpu", "9" } }, Limits = new ResourceAmounts { { "memory", "8Gi" }, { "hugepages-2Mi", "4Mi" } } },
        };

        var total = PodRequests.Of(pod);
        Assert.Equal((3000L, 1L << 30, 2m, 4m * 1024 * 1024), (total.CpuMilli, total.MemoryBytes, total["nvidia.com/gpu"], total["hugepages-2Mi"]));
    }

    [Fact]
    public void A_limit_without_a_request_is_the_request_and_a_resize_counts_until_it_is_done()
    {
        var pod = new PodAsk
        {
            Containers = [new ContainerAsk { Limits = new ResourceAmounts { { "nvidia.com/gpu", "8" }, { "cpu", "4" } }, Requests = new ResourceAmounts { { "cpu", "1" } }, Given = new ResourceAmounts { { "cpu", "2" } } }],
        };

        var total = PodRequests.Of(pod);
        Assert.Equal((8m, 2000L), (total["nvidia.com/gpu"], total.CpuMilli));
    }

    [Fact]
    public void A_pod_takes_what_the_worst_moment_of_its_life_takes()
    {
        var container = Gen.Choose(0, 63).Select(n => Some(n & 3, (n >> 2) & 3, (n >> 4) & 1, sidecar: (n & 32) != 0));
        var pods = container.ListOf().SelectMany(init => container.NonEmptyListOf().SelectMany(main => container.Select(overhead =>
            new PodAsk { InitContainers = [.. init], Containers = [.. main.Select(c => c with { IsSidecar = false })], Overhead = overhead.Requests })));

        Check.One(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(500).WithEndSize(12).WithReplay(1, 0x9E3779B97F4A7C15), Prop.ForAll(pods.ToArbitrary(), pod => Same(WorstMoment(pod), PodRequests.Of(pod))));
    }

    /// <summary>Lives the pod's life step by step: who runs at once?</summary>
    private static Dictionary<string, decimal> WorstMoment(PodAsk pod)
    {
        var moments = new List<List<ContainerAsk>>();
        var beside = new List<ContainerAsk>();
        foreach (var step in pod.InitContainers)
        {
            moments.Add([.. beside, step]);
            if (step.IsSidecar)
            {
                beside.Add(step);
            }
        }

        moments.Add([.. beside, .. pod.Containers]);
        return new[] { "cpu", "memory", "nvidia.com/gpu" }.ToDictionary(r => r, r => moments.Max(m => m.Sum(c => c.Requests[r])) + pod.Overhead[r]);
    }

    private static bool Same(Dictionary<string, decimal> expected, ResourceAmounts counted) => expected.All(e => counted[e.Key] == e.Value);

    private static ContainerAsk Some(int cpu, int memory, int gpu, bool sidecar)
    {
        var asks = new ResourceAmounts();
        foreach (var (resource, amount) in new[] { ("cpu", cpu), ("memory", memory), ("nvidia.com/gpu", gpu) }.Where(a => a.Item2 > 0))
        {
            asks.Set(resource, amount);
        }

        return new ContainerAsk { Requests = asks, IsSidecar = sidecar };
    }

    private static ContainerAsk Asks(string cpu, string memory) => new() { Requests = new ResourceAmounts { { "cpu", cpu }, { "memory", memory } } };

    private static (long Cpu, long Memory) Of(PodAsk pod) => PodRequests.Of(pod) is var total ? (total.CpuMilli, total.MemoryBytes) : default;
}

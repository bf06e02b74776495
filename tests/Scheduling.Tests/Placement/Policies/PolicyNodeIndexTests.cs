using Scheduling.Model;
using Scheduling.Placement.Policies;

namespace Scheduling.Tests.Placement.Policies;

public sealed class PolicyNodeIndexTests
{
    public static TheoryData<string> Names => [.. ScoringPolicies.ByName.Keys];

    [Theory, MemberData(nameof(Names))]
    public void Finds_what_rating_every_node_finds_through_random_changes(string name)
    {
        var random = new Random(11);
        var policy = ScoringPolicies.ByName[name];
        var pods = Enumerable.Range(0, 12).Select(_ => RandomStates.Pod(random)).ToArray();
        var pool = new PlainState?[60];
        var states = Enumerable.Range(0, 30).Select(_ => RandomStates.Node(random)).ToArray();
        // Fewer shapes kept than asked for: some are dropped and built anew.
        var index = new PolicyNodeIndex(policy, shapesKept: 8) { Demand = Demand.Of(pods.Select(p => (p, 1L)), 1) };
        var (found, steps) = (0, Ops.Of(20_000));
        for (var step = 0; step < steps; step++)
        {
            var node = random.Next(pool.Length);
            if (random.Next(20) == 0)
            {
                pool[node] = null;
                index.Remove(node);
            }
            else
            {
                // A third are states never seen before: numbers run out and are given anew.
                pool[node] = random.Next(3) == 0 ? states[random.Next(states.Length)] with { Cpu = 1000 + step } : states[random.Next(states.Length)];
                index.Set(node, RandomStates.Free(pool[node]!));
            }

            if (step % (steps / 4) == 0 && step > 0) index.Demand = Demand.Of(pods.Select(p => (p, (long)random.Next(1, 9))), 1);
            if (random.Next(4) != 0) continue;
            var pod = pods[random.Next(pods.Length)];
            var expected = Scan(policy, pool, pod, index.Demand);
            Assert.Equal(expected, index.FindBest(pod));
            if (!expected.IsNone) found++;
        }

        Assert.Equal(pool.Count(n => n is not null), index.Count);
        Assert.InRange(found, steps / 20, steps);
    }

    [Fact]
    public void Names_the_gpu_where_it_is_on_this_node()
    {
        var index = new PolicyNodeIndex(new BestFitPolicy());
        index.Set(3, new NodeFree("T4", 8000, 100, [400, 1000]));
        index.Set(5, new NodeFree("T4", 8000, 100, [1000, 400]));
        var share = new WorkerShape { CpuMilli = 1, MemoryMiB = 1, Gpus = 1, GpuMilli = 300 };
        Assert.Equal(new NodeChoice(3, 0), index.FindBest(share));
        index.Remove(3);
        Assert.Equal(new NodeChoice(5, 1), index.FindBest(share));
    }

    [Fact]
    public void Asks_who_may_come_to_a_kind_of_node()
    {
        var index = new PolicyNodeIndex(new BestFitPolicy(), allows: (kind, _) => kind == 2);
        index.Set(0, new NodeFree("T4", 8000, 100, [1000], nodeKind: 1));
        index.Set(1, new NodeFree("T4", 8000, 100, [1000], nodeKind: 2));
        Assert.Equal(1, index.FindBest(new WorkerShape { CpuMilli = 1, MemoryMiB = 1, Gpus = 1 }).Node);
    }

    [Theory, MemberData(nameof(Names))]
    public void Places_every_worker_that_fits_somewhere(string name)
    {
        var random = new Random(5);
        var index = new PolicyNodeIndex(ScoringPolicies.ByName[name]);
        var learner = new DemandLearner();
        var pool = Enumerable.Range(0, 12).Select(_ => RandomStates.Node(random) with { Kinds = [] }).ToArray();
        for (var i = 0; i < pool.Length; i++) index.Set(i, RandomStates.Free(pool[i]));
        var refused = 0;
        for (var i = 0; i < 300; i++)
        {
            var pod = RandomStates.Pod(random);
            learner.Saw(pod);
            index.Demand = learner.Current;
            var choice = index.FindBest(pod);
            Assert.Equal(pool.Any(n => PlainPolicies.Fits(n, pod)), !choice.IsNone);
            if (choice.IsNone)
            {
                refused++;
                continue;
            }

            var node = pool[choice.Node];
            Assert.True(PlainPolicies.Fits(node, pod));
            var left = Array.ConvertAll(node.Left, l => (short)l);
            NodeFit.Take(left, pod, choice.Gpu);
            Assert.All(left, l => Assert.InRange(l, (short)0, (short)1000));
            pool[choice.Node] = node with { Cpu = node.Cpu - pod.CpuMilli, Memory = node.Memory - pod.MemoryMiB, Left = Array.ConvertAll(left, l => (int)l) };
            index.Set(choice.Node, RandomStates.Free(pool[choice.Node]));
        }

        Assert.InRange(refused, 1, 299);
    }

    private static NodeChoice Scan(IScoringPolicy policy, PlainState?[] pool, WorkerShape pod, Demand demand)
    {
        var best = NodeChoice.None;
        var most = double.NegativeInfinity;
        for (var i = 0; i < pool.Length; i++)
        {
            if (pool[i] is not { } node || !PlainPolicies.Fits(node, pod)) continue;
            // The index keeps rests in rising order; summing up in another gives other last digits.
            var sorted = policy.ByPosition ? node : node with { Left = [.. node.Left.Order()] };
            var rating = policy.Rate(RandomStates.Free(sorted), pod, demand);
            if (rating.Score <= most) continue;
            most = rating.Score;
            best = new NodeChoice(i, rating.Gpu < 0 ? -1 : Array.IndexOf(node.Left, sorted.Left[rating.Gpu]));
        }

        return best;
    }
}

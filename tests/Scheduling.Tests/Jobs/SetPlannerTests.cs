using Scheduling.Jobs;
using Scheduling.Model;
using Scheduling.Tests.Pools;
using static Scheduling.Tests.Jobs.Given;

namespace Scheduling.Tests.Jobs;

/// <summary>Sets against a store of parts that ends, loses and delays them at random.</summary>
public sealed class SetPlannerTests
{
    private static readonly JobId Id = new("j-a");

    private static SetState New(OriginKind kind, int target, int parallel = int.MaxValue) => new()
    {
        Id = Id,
        Template = Specs.Job(gpus: 1) with { Roles = [Specs.Job(gpus: 1).Roles[0] with { MaxCount = target + 1 }] },
        Order = new SetOrder { Mode = SetMode.Run, Kind = kind, Target = target, Parallel = parallel, Attempt = 1 },
    };

    private static JobId IdOf(SetState set, SetPart part) => SetParts.IdOf(set.Id, set.Order.Kind, part);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Every_task_is_created_once_and_counted_once_whatever_is_lost(int seed)
    {
        var random = new Random(seed);
        var set = New(OriginKind.Task, target: 300, parallel: 20);
        var store = new Dictionary<JobId, PartFact>();
        SetProgress? progress = null;
        for (var look = 0; look < 5000 && progress is not { IsDone: true }; look++)
        {
            var step = SetPlanner.Plan(set, store, Start);
            if (random.Next(10) == 0)
            {
                // Died before it was durable: nothing of it has happened.
                continue;
            }

            (set, progress) = (step.Next, step.Progress);
            Assert.True(set.Parts.Length <= 20, $"seed {seed}: {set.Parts.Length} live at once");
            foreach (var part in step.Submit.Where(_ => random.Next(4) != 0))
            {
                store.TryAdd(IdOf(set, part), new PartFact(JobPhase.Pending, TimeSpan.Zero));
            }

            foreach (var id in store.Keys.Where(k => !store[k].Phase.IsEnded() && random.Next(3) == 0).ToList())
            {
                store[id] = new PartFact(random.Next(5) == 0 ? JobPhase.Failed : JobPhase.Succeeded, TimeSpan.FromSeconds(1));
            }
        }

        Assert.True(progress is { IsDone: true });
        Assert.Equal(300, store.Count);
        Assert.Equal((store.Values.Count(f => f.Phase == JobPhase.Succeeded), store.Values.Count(f => f.Phase == JobPhase.Failed)), (set.Succeeded, set.Failed));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_service_comes_to_rest_at_what_was_wanted_last_and_uses_no_id_twice(int seed)
    {
        var random = new Random(seed);
        var set = New(OriginKind.Replica, target: 5);
        var store = new Dictionary<JobId, PartFact>();
        var now = Start;
        for (var look = 0; look < 600; look++)
        {
            now += TimeSpan.FromSeconds(30);
            var calm = look > 500;
            if (!calm && random.Next(20) == 0)
            {
                set = set with { Order = set.Order with { Target = random.Next(0, 12) } };
            }

            var step = SetPlanner.Plan(set, store, now);
            set = step.Next;
            foreach (var part in step.Submit)
            {
                // A promise that was kept before is kept already; one for a new part must be for a new id.
                var id = IdOf(set, part);
                Assert.False(store.TryGetValue(id, out var fact) && fact.Phase.IsEnded(), $"seed {seed}: {id} is used twice");
                store.TryAdd(id, new PartFact(JobPhase.Running, TimeSpan.Zero));
            }

            foreach (var part in step.Cancel)
            {
                store[IdOf(set, part)] = new PartFact(JobPhase.Cancelled, TimeSpan.FromHours(1));
            }

            foreach (var id in store.Keys.Where(k => !calm && store[k].Phase == JobPhase.Running && random.Next(15) == 0).ToList())
            {
                store[id] = new PartFact(JobPhase.Failed, TimeSpan.FromSeconds(random.Next(2000)));
            }
        }

        Assert.Equal(set.Order.Target, store.Values.Count(f => f.Phase == JobPhase.Running));
        Assert.Equal(set.Order.Target, set.Parts.Length);
    }

    [Fact]
    public void Extra_workers_of_an_older_attempt_go_before_new_ones_come()
    {
        var step = SetPlanner.Plan(New(OriginKind.Extension, target: 3), new Dictionary<JobId, PartFact>(), Start);
        var first = Assert.Single(step.Submit);
        var store = new Dictionary<JobId, PartFact> { [IdOf(step.Next, first)] = new(JobPhase.Running, TimeSpan.Zero) };
        var next = SetPlanner.Plan(step.Next with { Order = step.Next.Order with { Attempt = 2 } }, store, Start);
        Assert.Equal([first], next.Cancel);
        Assert.Empty(next.Submit);
    }

    [Fact]
    public void A_part_that_was_promised_and_is_not_wanted_any_more_is_created_so_that_it_can_be_cancelled()
    {
        var set = SetPlanner.Plan(New(OriginKind.Task, target: 1, parallel: 1), new Dictionary<JobId, PartFact>(), Start).Next;
        var stop = SetPlanner.Plan(set with { Order = set.Order with { Mode = SetMode.Stop } }, new Dictionary<JobId, PartFact>(), Start);
        Assert.Single(stop.Submit);
        Assert.False(stop.Progress.IsEmpty);
    }
}

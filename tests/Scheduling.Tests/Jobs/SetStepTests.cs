using Scheduling.Jobs;
using Scheduling.Model;
using Scheduling.Tests.Pools;

namespace Scheduling.Tests.Jobs;

/// <summary>Single steps of a set, each decided by what is wanted and what is there.</summary>
public sealed class SetStepTests
{
    private static readonly DateTimeOffset Start = Given.Start;
    private readonly Dictionary<JobId, PartFact> _store = [];
    private SetState _set = null!;

    private void Begin(OriginKind kind, int target, int parallel = int.MaxValue) => _set = new SetState
    {
        Id = new JobId("j-a"), Template = Specs.Job(gpus: 1), Order = new SetOrder { Mode = SetMode.Run, Kind = kind, Target = target, Parallel = parallel, Attempt = 1 },
    };

    private void Want(SetMode mode, int? target = null, int attempt = 1) => _set = _set with { Order = _set.Order with { Mode = mode, Target = target ?? _set.Order.Target, Attempt = attempt } };

    /// <summary>A step, with what it submits in the store.</summary>
    private SetStep Step(double seconds = 0)
    {
        var step = SetPlanner.Plan(_set, _store, Start.AddSeconds(seconds));
        _set = step.Next;
        foreach (var part in step.Submit)
            _store.TryAdd(Id(part), new PartFact(JobPhase.Pending, TimeSpan.Zero));
        return step;
    }

    private JobId Id(SetPart part) => SetParts.IdOf(_set.Id, _set.Order.Kind, part);

    private void Is(string id, JobPhase phase, double lived = 1) => _store[new JobId(id)] = new PartFact(phase, TimeSpan.FromSeconds(lived));

    private string[] Ids(IEnumerable<SetPart> parts) => [.. parts.Select(p => Id(p).Value)];

    [Fact]
    public void At_most_64_are_created_in_one_step_and_the_rest_at_once_after_it()
    {
        Begin(OriginKind.Task, target: 100);
        var first = Step();
        Assert.Equal((64, true, 64, 100, false), (first.Submit.Length, first.More, first.Progress.Pending, first.Progress.Total, first.Progress.IsEmpty));
        var second = Step();
        Assert.Equal((36, false, 100), (second.Submit.Length, second.More, second.Progress.Pending));
        Assert.Equal((0, false, (DateTimeOffset?)null), (Step().Submit.Length, Step().More, Step().LookAt));

        Begin(OriginKind.Replica, target: 65);
        Assert.Equal((64, true), (Step().Submit.Length, SetPlanner.Plan(_set with { Parts = [] }, _store, Start).More));
        Begin(OriginKind.Replica, target: 64);
        Assert.False(Step().More);
    }

    [Fact]
    public void An_array_keeps_so_many_going_counts_how_they_end_and_is_done_with_the_last()
    {
        Begin(OriginKind.Task, target: 3, parallel: 2);
        Assert.Equal(["j-a-0", "j-a-1"], Ids(Step().Submit));
        Is("j-a-0", JobPhase.Failed);
        Is("j-a-1", JobPhase.Running);
        var step = Step();
        Assert.Equal(["j-a-2"], Ids(step.Submit));
        Assert.Equal((1, 1, 1, 0), (step.Progress.Pending, step.Progress.Running, step.Progress.Failed, step.Progress.Succeeded));
        Is("j-a-1", JobPhase.Cancelled);
        Assert.False(Step().Progress.IsDone);
        Is("j-a-2", JobPhase.Succeeded);
        var last = Step().Progress;
        Assert.Equal((true, true, 1, 2, "j-a-0"), (last.IsDone, last.IsEmpty, last.Succeeded, last.Failed, last.FirstFailed!.Value.Value));
    }

    [Fact]
    public void A_replica_that_ends_soon_again_and_again_comes_back_ever_later()
    {
        Begin(OriginKind.Replica, target: 1);
        Assert.Equal(["j-a-0"], Ids(Step().Submit));
        var (id, now) = ("j-a-0", 0.0);
        foreach (var (wait, serial) in new[] { 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300 }.Select((w, i) => (w, i + 1)))
        {
            Is(id, JobPhase.Failed, lived: 599);
            var ended = Step(now);
            Assert.Equal((0, Start.AddSeconds(now + wait), false), (ended.Submit.Length, ended.LookAt, ended.More));
            Assert.Empty(Step(now + wait - 0.001).Submit);
            var again = Step(now += wait);
            id = $"j-a-0-{serial}";
            Assert.Equal([id], Ids(again.Submit));
            Assert.Equal((true, 1), (again.More, again.Progress.Pending));
        }

        Is(id, JobPhase.Succeeded, lived: 600);
        Assert.Equal(Start.AddSeconds(now + 1), Step(now).LookAt);
        Assert.Equal((1, 11), (_set.Succeeded, _set.Failed));
        Assert.False(Step(now).Progress.IsDone);
    }

    [Fact]
    public void What_the_set_suspended_it_resumes_and_what_others_suspended_it_leaves()
    {
        Begin(OriginKind.Replica, target: 3);
        Step();
        Is("j-a-0", JobPhase.Running);
        Is("j-a-1", JobPhase.Suspended);
        Want(SetMode.Hold);
        Assert.Equal(["j-a-0", "j-a-2"], Ids(Step().Suspend));
        Is("j-a-0", JobPhase.Suspended);
        Is("j-a-2", JobPhase.Suspended);
        var quiet = Step();
        Assert.Equal((0, 3, true, false), (quiet.Suspend.Length, quiet.Progress.Suspended, quiet.Progress.IsQuiet, quiet.Progress.IsEmpty));

        Want(SetMode.Run);
        Assert.Equal(["j-a-0", "j-a-2"], Ids(Step().Resume));
        Is("j-a-0", JobPhase.Pending);
        Assert.Equal(["j-a-0", "j-a-2"], Ids(Step().Resume));
        Assert.Equal(["j-a-2"], Ids(Step().Resume));
    }

    [Fact]
    public void Nothing_comes_back_of_a_service_that_is_held_or_stopped()
    {
        Begin(OriginKind.Replica, target: 2);
        Step();
        Is("j-a-0", JobPhase.Failed);
        Is("j-a-1", JobPhase.Running);
        Step();
        Want(SetMode.Stop);
        var step = Step(5);
        Assert.Equal(["j-a-1"], Ids(step.Cancel));
        Assert.Equal((0, (DateTimeOffset?)null), (step.Submit.Length, step.LookAt));
        Is("j-a-1", JobPhase.Cancelled);
        Assert.Equal((true, 0), (Step(6).Progress.IsEmpty, _set.Parts.Length));
        Want(SetMode.Hold);
        Assert.Empty(Step(7).Submit);
    }

    [Fact]
    public void A_service_that_shrinks_lets_the_last_go_and_uses_their_numbers_with_new_names()
    {
        Begin(OriginKind.Replica, target: 3);
        Step();
        Want(SetMode.Run, target: 1);
        Assert.Equal(["j-a-1", "j-a-2"], Ids(Step().Cancel));
        Is("j-a-1", JobPhase.Cancelled);
        Is("j-a-2", JobPhase.Cancelled);
        Step();
        Assert.Equal(["j-a-0"], Ids(_set.Parts));
        Want(SetMode.Run, target: 4);
        Assert.Equal(["j-a-1-1", "j-a-2-2", "j-a-3"], Ids(Step().Submit));
    }

    [Fact]
    public void Extra_workers_come_one_group_at_a_time_and_not_soon_after_one_had_to_go()
    {
        Begin(OriginKind.Extension, target: 2);
        Assert.Equal(["j-a-x1-1"], Ids(Step().Submit));
        Assert.Empty(Step().Submit); // The first still waits for room.
        Is("j-a-x1-1", JobPhase.Running);
        Assert.Equal(["j-a-x1-2"], Ids(Step().Submit));
        Is("j-a-x1-2", JobPhase.Running);
        Assert.Equal((0, (DateTimeOffset?)null), (Step().Submit.Length, Step().LookAt));

        Is("j-a-x1-1", JobPhase.Cancelled);
        Assert.Equal((0, Start.AddSeconds(40)), (SetPlanner.Plan(_set, _store, Start.AddSeconds(10)).Submit.Length, Step(10).LookAt));
        Assert.Empty(Step(39.9).Submit);
        Assert.Equal(new SetPart { Index = 0, Attempt = 1, Generation = 3 }, Assert.Single(Step(40).Submit));
        Assert.Equal((0, 0), (_set.Failed, _set.Succeeded));
    }

    [Fact]
    public void Extra_workers_of_an_older_attempt_that_are_gone_do_not_hold_new_ones_back()
    {
        Begin(OriginKind.Extension, target: 2);
        Step();
        Want(SetMode.Run, attempt: 2);
        Assert.Equal(["j-a-x1-1"], Ids(Step().Cancel));
        Assert.DoesNotContain(_set.Parts, p => p.Attempt == 2);
        Is("j-a-x1-1", JobPhase.Cancelled);
        Assert.Equal(["j-a-x2-2"], Ids(Step().Submit));
        Want(SetMode.Run, target: 0, attempt: 2);
        Assert.Equal(["j-a-x2-2"], Ids(Step().Cancel));
    }

    [Fact]
    public void What_was_promised_and_cannot_be_found_is_created_again_under_its_name()
    {
        Begin(OriginKind.Task, target: 1);
        Step();
        _store.Clear();
        var step = Step();
        Assert.Equal(["j-a-0"], Ids(step.Submit));
        Assert.Equal((true, 1), (step.More, step.Progress.Pending));
    }
}

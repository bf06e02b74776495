using Scheduling.Jobs;
using Scheduling.Model;
using Scheduling.Tests.Pools;

namespace Scheduling.Tests.Models;

/// <summary>A job's life: every event in every phase, of the present attempt and of others, of jobs and of sets (I6, I7).</summary>
public sealed class JobModelTests(ITestOutputHelper output)
{
    [Fact]
    public void A_job_goes_where_each_event_leads_from_where_it_is() => new ModelCheck(output).Run<JobVerb>(
        () => new JobModel(),
        [
            (20, JobVerb.Place), (4, JobVerb.PlaceAgain), (4, JobVerb.Fence), (24, JobVerb.Report), (6, JobVerb.ReportGone), (1, JobVerb.Cancel), (3, JobVerb.Suspend),
            (8, JobVerb.Resume), (3, JobVerb.Evict), (10, JobVerb.Preempt), (6, JobVerb.CallOff), (10, JobVerb.CheckTime), (5, JobVerb.Hear), (3, JobVerb.Watch),
            (2, JobVerb.Tell), (10, JobVerb.HearOfParts), (3, JobVerb.Scale),
        ],
        stories: 2000, length: 160,
        [
            .. Enum.GetNames<JobPhase>(), .. Enum.GetNames<JobVerb>().Select(v => $"{v} changes something"), .. Enum.GetNames<JobVerb>().Where(v => v is not ("Place" or "Fence")).Select(v => $"{v} does nothing"),
            .. new[] { "Place", "PlaceAgain", "Cancel", "Suspend", "Resume", "CallOff", "Scale" }.Select(v => $"{v} is refused"), "backs off", "lost in a row",
        ]);
}

internal enum JobVerb
{
    Place,
    PlaceAgain,
    Fence,
    Report,
    ReportGone,
    Cancel,
    Suspend,
    Resume,
    Evict,
    Preempt,
    CallOff,
    CheckTime,
    Hear,
    Watch,
    Tell,
    HearOfParts,
    Scale,
}

internal sealed class JobModel : Model<JobVerb>
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly GangPlacement Somewhere = new() { Racks = [new RackSlice { Rack = new RackId("p/r"), Workers = [new WorkerSlot(0, 0, 0, 1, 1000)] }] };

    private DateTimeOffset _now = Start;
    private DateTimeOffset _changed = Start;
    private JobState _job = null!;
    private JobTwin _twin = null!;
    private long _version = 1;
    private long _plan = 10;

    public override string Begin(Dice dice) => BeginAnew(dice);

    private string BeginAnew(Dice dice)
    {
        var basic = Specs.Job(gpus: 1);
        var spec = basic with
        {
            MaxRetries = dice.Next(4),
            TimeLimit = dice.OneIn(3) ? TimeSpan.FromSeconds(60 + dice.Next(200)) : null,
            Deadline = dice.OneIn(8) ? _now.AddSeconds(dice.Next(1500)) : null,
            Checkpoint = dice.Next(4) > 0 ? new CheckpointRule() : null,
            Retry = dice.OneIn(2) ? Rules(dice) : null,
            DependsOn = dice.OneIn(6) ? [.. Enumerable.Range(0, 1 + dice.Next(3)).Select(_ => Dependency(dice)).Distinct()] : [],
            Set = dice.OneIn(6) ? new SetRule { Kind = dice.Of(OriginKind.Task, OriginKind.Replica), Count = 5, MaxParallel = 2 } : null,
            Origin = dice.OneIn(8) ? new JobOrigin { Set = new JobId("j-0"), Kind = dice.Of(OriginKind.Task, OriginKind.Extension), Index = 0 } : null,
            Roles = dice.OneIn(4) ? [basic.Roles[0] with { MaxCount = 4, Slices = dice.OneIn(2) ? new SliceRule { Size = 1 + dice.Next(2), Level = TopologyLevel.Rack } : null }] : basic.Roles,
        };
        _twin = new JobTwin(spec, _now);
        _job = JobDecider.Submit(new JobId("j-1"), spec, "hash", _now);
        (_version, _changed) = (1, _now);
        Same("hash", _job.BodyHash, "body");
        Compare(_job);
        return $"a job: {spec.MaxRetries} retries, limit {spec.TimeLimit}, deadline {spec.Deadline:T}, {spec.Set?.Kind} {spec.Origin?.Kind}, {spec.Retry}, waits for {string.Join(' ', spec.DependsOn)}";
    }

    public override string Do(JobVerb verb, Dice dice)
    {
        if (_twin.IsOver && dice.OneIn(3))
            BeginAnew(dice);
        _now += TimeSpan.FromSeconds(dice.OneIn(12) ? dice.Next(4000) : dice.Next(15));
        var attempt = _twin.Attempt + (dice.OneIn(6) ? dice.Of(1, -1) : 0);
        var by = new AttemptId(new JobId(dice.OneIn(4) ? "j-huge" : "j-big"), 1);
        var (before, lines) = (_job, _twin.Lines.Count);
        var (expected, decision) = verb switch
        {
            JobVerb.Place => Place(attempt, ++_plan, Math.Max(0, _twin.Epoch + dice.Of(0, 1, 0, -1))),
            JobVerb.PlaceAgain => Place(attempt, _twin.Plan + (dice.OneIn(4) ? 1 : 0), _twin.Epoch),
            JobVerb.Fence => Fence(attempt, dice.OneIn(3) ? _twin.Plan : _plan),
            JobVerb.Report => Report(Seen(attempt, gone: _twin.Phase == JobPhase.Stopping && dice.Next(3) > 0, dice)),
            JobVerb.ReportGone => Report(Seen(attempt, gone: true, dice)),
            JobVerb.Cancel => (_twin.Cancel(_now), JobDecider.Cancel(_job, "no", _now)),
            JobVerb.Suspend => (_twin.Suspend(_now), JobDecider.Suspend(_job, "later", _now)),
            JobVerb.Resume => (_twin.Resume(_now), JobDecider.Resume(_job, _now)),
            JobVerb.Evict => (_twin.Evict(attempt, _now), JobDecider.Evict(_job, attempt, "drain", _now)),
            JobVerb.Preempt => Preempt(attempt, by, TimeSpan.FromSeconds(dice.Next(120))),
            JobVerb.CallOff => (_twin.CallOff(attempt, by, _now), JobDecider.CallOffPreemption(_job, attempt, by, _now)),
            JobVerb.CheckTime => CheckTime(dice),
            JobVerb.Hear => Hear(dice),
            JobVerb.Watch => Watch(Dependency(dice)),
            JobVerb.Tell => Tell(_twin.Waiters.Where(_ => !dice.OneIn(3)).ToList()),
            JobVerb.HearOfParts => HearOfParts(dice),
            _ => Scale(dice.Next(4)),
        };
        var words = expected switch { true => "changes something", false => "does nothing", _ => "is refused" };
        Same(words, decision switch { JobDecision.Change => "changes something", JobDecision.Nothing => "does nothing", _ => "is refused" }, $"{verb}");
        Saw($"{verb} {words}");
        Saw($"{_twin.Phase}");
        if (decision is JobDecision.Change { Next: var next })
        {
            // A line of the timeline each, or one for what is not worth a line.
            (_changed, _version) = (_now, _version + Math.Max(1, _twin.Lines.Count - lines));
            Follows(before, next);
            _job = next;
        }

        Compare(_job);
        return $"{_now:T} {verb} of {attempt} {words}: {_twin.Phase}{(_twin.After is { } after ? $", then {after}" : "")}, attempt {_twin.Attempt}";
    }

    private (bool?, JobDecision) Place(int attempt, long plan, long epoch) =>
        (_twin.Place(attempt, plan, epoch, _now), JobDecider.Place(_job, attempt, plan, epoch, Somewhere, _now));

    private (bool?, JobDecision) Fence(int attempt, long plan)
    {
        Same(_twin.IsPlaced && attempt == _twin.Attempt && plan == _twin.Plan, JobDecider.IsCommitted(_job, attempt, plan), "is committed");
        return (_twin.Fence(attempt, _now), JobDecider.Fence(_job, attempt, plan, _now));
    }

    private (bool?, JobDecision) Report(WorkerReport report) => (_twin.Report(report, _now), JobDecider.Report(_job, report, _now));

    private (bool?, JobDecision) Preempt(int attempt, AttemptId by, TimeSpan grace) =>
        (_twin.Preempt(attempt, by, grace, _now), JobDecider.Preempt(_job, attempt, by, grace, "it is owed the room", _now));

    /// <summary>Often exactly when it wakes: that is where clocks are read wrongly.</summary>
    private (bool?, JobDecision) CheckTime(Dice dice)
    {
        if (_twin.WakeAt(_changed) is { } wake && wake > _now && dice.Next(3) < 2)
            _now = dice.OneIn(3) ? wake.AddTicks(-1) : dice.OneIn(3) ? wake.AddTicks(1) : wake;
        return (_twin.CheckTime(_now), JobDecider.CheckTime(_job, _now));
    }

    private (bool?, JobDecision) Hear(Dice dice)
    {
        var (job, phase, started) = (new JobId(dice.Of("j-a", "j-b", "j-c")), (JobPhase)dice.Next(9), dice.OneIn(2));
        return (_twin.Hear(job, phase, started, _now), JobDecider.DependencyNews(_job, job, new DependencyFact(phase, started), _now));
    }

    private (bool?, JobDecision) Watch(JobDependency waiter) => (_twin.Watch(waiter), JobDecider.Watch(_job, waiter, _now));

    private (bool?, JobDecision) Tell(List<JobDependency> waiters) => (_twin.Tell(waiters), JobDecider.Told(_job, waiters, _now));

    private (bool?, JobDecision) HearOfParts(Dice dice)
    {
        // Mostly what was ordered is what is seen.
        var ordered = _twin.Order is { } order && !dice.OneIn(4) ? Enum.Parse<SetMode>(order.Split(' ')[0]) : dice.Of(Enum.GetValues<SetMode>());
        var (pending, running, failed) = (dice.Next(2), dice.Next(2), dice.OneIn(3) ? 1 : 0);
        var parts = new SetProgress
        {
            Mode = ordered, Total = 5, Pending = pending, Running = running, Succeeded = dice.Next(2), Failed = failed, IsEmpty = pending + running == 0, IsDone = dice.OneIn(3),
        };
        return (_twin.HearOfParts(parts, _now), JobDecider.PartsNews(_job, parts, _now));
    }

    private (bool?, JobDecision) Scale(int replicas) => (_twin.Scale(replicas, _now), JobDecider.Scale(_job, replicas, _now));

    private WorkerReport Seen(int attempt, bool gone, Dice dice) => new(
        attempt, AllStarted: !dice.OneIn(4), AllSucceeded: dice.OneIn(12), dice.OneIn(gone ? 2 : 10) ? "exit 1" : null, gone, (FailureClass)dice.Next(4),
        dice.OneIn(3) ? _now.AddSeconds(dice.Next(16) - 14) : null);

    private static RetryRules Rules(Dice dice) => new()
    {
        Limits = [.. Enum.GetValues<FailureClass>().Where(_ => dice.OneIn(4)).Select(c => new RetryLimit(c, dice.Next(4)))],
        BackOff = TimeSpan.FromSeconds(dice.Next(40)), MaxBackOff = TimeSpan.FromSeconds(dice.OneIn(2) ? 60 : 3600), Budget = dice.OneIn(3) ? dice.Next(5) : null,
    };

    private static JobDependency Dependency(Dice dice) => new(new JobId(dice.Of("j-a", "j-b", "j-c")), (DependencyCondition)dice.Next(4));

    /// <summary>What holds of every step, whatever it is.</summary>
    private static void Follows(JobState before, JobState next)
    {
        Holds(JobGraph.Allows(before.Phase, next.Phase), $"{before.Phase} → {next.Phase} is not in the graph");
        Holds(!before.Phase.IsEnded() || next.Phase == before.Phase, "an ended job stays ended");
        Holds(next.Attempt >= before.Attempt && next.Epoch >= before.Epoch, "attempts and epochs never fall");
        Holds(ReferenceEquals(next.Spec, before.Spec) && next.SubmittedAt == before.SubmittedAt && next.Id == before.Id, "what was submitted stays");
    }

    private void Compare(JobState job)
    {
        Same((_twin.Phase, _twin.After, _twin.Attempt), (job.Phase, job.After, job.Attempt), "phase, after, attempt");
        Same((_version, _changed), (job.Version, job.ChangedAt), "version and change");
        Same((_twin.Plan, _twin.Epoch, _twin.HasPlace), (job.Plan, job.Epoch, job.Placement is not null), "plan, epoch, place");
        Same((_twin.PlacedAt, _twin.StartedAt, _twin.EndedAt), (job.PlacedAt, job.StartedAt, job.EndedAt), "placed, started, ended");
        Same((_twin.RetryAt, _twin.SavedAt, _twin.Evictions), (job.RetryAt, job.LastCheckpointAt, job.Evictions), "retry, saved, evictions");
        Same(_twin.Ask, job.Preemption is { } p ? (p.Preemptor, p.AskedAt, p.StopAt) : null, "preemption");
        Same((_twin.Failed.Where(f => f.Key != FailureClass.Hardware).Sum(f => f.Value), _twin.LostInRow), (job.Failures, job.LostInRow), "failures");
        SameList(_twin.Failed.OrderBy(f => f.Key).Select(f => (f.Key, f.Value)), job.FailedByClass.OrderBy(f => f.Class).Select(f => (f.Class, f.Failures)), "failures by class");
        Same((_twin.HasStarted, _twin.HasParts, _twin.Replicas), (job.HasStarted, job.HasChildren, job.Replicas), "started once, parts, replicas");
        Same(_twin.Parts, job.Parts, "parts");
        SameList(_twin.Unmet, job.Unmet, "waits for");
        SameList(_twin.Waiters, job.Dependents, "who waits for it");
        Same(_twin.Waiters.Any(_twin.IsDecided), DependencyRules.HasNews(job), "has news");
        Same((_twin.WaitsOutside, _twin.Duty), (job.IsHeld, JobDecider.DutyOf(job)), "held, duty");
        Same(_twin.Phase == JobPhase.Pending && !_twin.WaitsOutside, JobDecider.WantsPlacement(job), "wants a placement");
        Same((_twin.LimitAt, _twin.LatestStart, _twin.WakeAt(_changed)), (job.TimeLimitAt, job.LatestStart, job.WakeAt), "limit, latest start, wake");
        Same(_twin.Order, JobDecider.OrderOf(job) is { } o ? $"{o.Mode} {o.Kind} {o.Target} {o.Parallel} {o.Attempt}" : null, "order to the parts");
        SameList(_twin.Lines.TakeLast(JobState.MaxTimeline), job.Timeline.Select(e => $"{e.At:T} {e.Type} {e.Phase} {e.Attempt}"), "timeline");
        Holds(job.Timeline.Zip(job.Timeline.Skip(1)).All(p => p.First.Sequence < p.Second.Sequence) && job.Timeline[^1].Sequence <= job.Version, "timeline is numbered upwards");
        if (_twin.Lines.Count > JobState.MaxTimeline)
            Saw("timeline is full");
        if (_twin.RetryAt is not null)
            Saw("backs off");
        if (_twin.LostInRow > 1)
            Saw("lost in a row");
    }
}

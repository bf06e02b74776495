using System.Globalization;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Preemption;
using Scheduling.Tests.Pools;
using Scheduling.WhatIf;

namespace Scheduling.Tests.WhatIf;

/// <summary>What is read out of a journal: who came, how long each runs, and who left before it ran.</summary>
public sealed class PastReaderTests
{
    private static DateTimeOffset At(int seconds) => Specs.Start.AddSeconds(seconds);

    private static PoolEntry Entry(PoolEntryKind kind, string job, int at, int number = 1) => new() { Kind = kind, Attempt = Specs.Attempt(job, number), At = At(at) };

    private static PoolEntry Enqueued(string job, int at, int number = 1, bool saves = false) => Entry(PoolEntryKind.Enqueued, job, at, number) with
    {
        Spec = Specs.Job() with { Checkpoint = saves ? new CheckpointRule() : null },
        SubmittedAt = At(at - 1),
    };

    private static PoolEntry Asked(string preemptor, int at, params string[] victims) => Entry(PoolEntryKind.ClaimMade, preemptor, at) with
    {
        Claim = Promise(preemptor, ClaimKind.Evict, victims),
    };

    private static Claim Promise(string preemptor, ClaimKind kind, params string[] victims) =>
        new() { For = Specs.Attempt(preemptor), Kind = kind, Roles = [], StartAt = At(0), Target = new GangPlacement { Racks = [] }, Victims = [.. victims.Select(v => Specs.Attempt(v))] };

    private static PoolAttemptRecord There(string job, AttemptStage stage, int number = 1, int committed = 0, int? saved = null) => new()
    {
        Attempt = Specs.Attempt(job, number),
        Spec = Specs.Job() with { Checkpoint = new CheckpointRule() },
        SubmittedAt = At(-100),
        Stage = stage,
        Plan = 1,
        CommittedAt = At(committed),
        CheckpointedAt = saved is { } s ? At(s) : null,
    };

    private static PoolSnapshot Snapshot(params PoolAttemptRecord[] attempts) => new() { Epoch = 1, LastPlan = 1, Attempts = [.. attempts], Racks = [], Now = At(0) };

    /// <summary>"job@came for 60" or "job@came at least 20, leaves 40", and of those who were there "job: …".</summary>
    private static string Read(PoolSnapshot? start, params PoolEntry[] entries)
    {
        var past = PastReader.Read(start, entries);
        var said = past.Arrivals.Select(a => $"{a.Attempt.Job}@{Seconds(a.At)} {Of(a.Runs)}{(a.LeavesAt is { } l ? $", leaves {Seconds(l)}" : "")}")
            .Concat(past.Runs.OrderBy(r => r.Key).Select(r => $"{r.Key}: {Of(r.Value)}{(past.Leaves.TryGetValue(r.Key, out var l) ? $", leaves {Seconds(l)}" : "")}"));
        Assert.All(past.Leaves.Keys, j => Assert.True(past.Runs.ContainsKey(j)));
        return string.Join("; ", said);

        static string Of(WhatIfRuns runs) => string.Create(CultureInfo.InvariantCulture, $"{(runs.For is { } exactly ? $"for {exactly.TotalSeconds}" : $"at least {runs.AtLeast.TotalSeconds}")}");
        static string Seconds(DateTimeOffset at) => string.Create(CultureInfo.InvariantCulture, $"{(at - At(0)).TotalSeconds}");
    }

    [Fact]
    public void A_job_runs_from_its_commit_to_its_end_and_one_that_still_runs_at_least_so_long() =>
        Assert.Equal("a@1 for 60; b@2 at least 40; c@3 at least 0; d@4 at least 0, leaves 50", Read(
            null, Enqueued("a", 1), Enqueued("b", 2), Enqueued("c", 3), Enqueued("d", 4), Entry(PoolEntryKind.Committed, "a", 10), Entry(PoolEntryKind.Committed, "b", 30), Entry(PoolEntryKind.Ended, "d", 50),
            Entry(PoolEntryKind.Ended, "a", 70)));

    [Fact]
    public void What_an_eviction_threw_away_is_not_work_and_what_was_saved_before_is() =>
        Assert.Equal("a@1 for 20; b@1 for 25; c@1 for 45; d@1 for 20; e@1 for 45; f@1 for 20", Read(
            null,
            [
                .. new[]
                {
                    Evicted("a", saves: false, saved: null), Evicted("b", saves: true, saved: 15), Evicted("c", saves: false, saved: 15, asked: false), Evicted("d", saves: true, saved: null),
                    Evicted("e", saves: false, saved: 15, calledOff: true), Evicted("f", saves: false, saved: 15),
                }.SelectMany(e => e).OrderBy(e => e.At),
            ]));

    /// <summary>Ran from 10 to 35, and, when it came again, from 40 to 60.</summary>
    private static IEnumerable<PoolEntry> Evicted(string job, bool saves, int? saved, bool asked = true, bool calledOff = false)
    {
        yield return Enqueued(job, 1, saves: saves);
        yield return Entry(PoolEntryKind.Committed, job, 10);
        if (asked)
            yield return Asked($"for-{job}", 12, "nobody", job);
        if (saved is { } at)
            yield return Entry(PoolEntryKind.Checkpointed, job, at) with { Checkpoint = At(at) };
        if (calledOff)
            yield return Entry(PoolEntryKind.ClaimDropped, $"for-{job}", 20);
        yield return Entry(PoolEntryKind.StopWanted, job, 34);
        yield return Entry(PoolEntryKind.Ended, job, 35) with { ComesBack = true };
        yield return Enqueued(job, 36, number: 2, saves: saves);
        yield return Entry(PoolEntryKind.Committed, job, 40, number: 2);
        yield return Entry(PoolEntryKind.Ended, job, 60, number: 2);
    }

    [Fact]
    public void What_was_saved_before_a_run_began_is_not_of_that_run() =>
        Assert.Equal("a@1 for 20", Read(
            null, Enqueued("a", 1, saves: true), Entry(PoolEntryKind.Committed, "a", 10), Asked("b", 11, "a"), Entry(PoolEntryKind.Checkpointed, "a", 12) with { Checkpoint = At(5) },
            Entry(PoolEntryKind.StopWanted, "a", 20), Entry(PoolEntryKind.Ended, "a", 25) with { ComesBack = true }, Enqueued("a", 26, number: 2, saves: true),
            Entry(PoolEntryKind.Committed, "a", 30, number: 2), Entry(PoolEntryKind.Ended, "a", 50, number: 2)));

    [Fact]
    public void A_reservation_asks_nobody_to_leave_and_clocks_that_go_back_are_not_believed() =>
        Assert.Equal("a@1 for 30; b@30 at least 10", Read(
            null, Enqueued("a", 1), Entry(PoolEntryKind.Committed, "a", 10), Entry(PoolEntryKind.ClaimMade, "b", 12) with { Claim = Promise("b", ClaimKind.Reserve, "a") },
            Entry(PoolEntryKind.StopWanted, "a", 30), Enqueued("b", 20), Entry(PoolEntryKind.Committed, "b", 25), Entry(PoolEntryKind.Ended, "a", 40)));

    [Fact]
    public void Messages_of_older_attempts_and_of_strangers_say_nothing_of_the_newer_one() =>
        Assert.Equal("a@1 at least 70", Read(
            null, Enqueued("a", 1), Entry(PoolEntryKind.Committed, "a", 5), Entry(PoolEntryKind.Ended, "a", 8) with { ComesBack = true }, Enqueued("a", 9, number: 2), Entry(PoolEntryKind.Committed, "a", 10, number: 2),
            Entry(PoolEntryKind.Ended, "a", 20), Entry(PoolEntryKind.Ended, "stranger", 21), Entry(PoolEntryKind.Ticked, "a", 77)));

    [Fact]
    public void Of_those_who_were_there_it_counts_from_the_commit_of_the_attempt_that_they_had()
    {
        var start = Snapshot(
            There("here", AttemptStage.Running, committed: -50), There("leaves", AttemptStage.Queued), There("saved", AttemptStage.Running, committed: -40, saved: -20),
            There("twice", AttemptStage.Freeing), There("twice", AttemptStage.Running, number: 2), There("waits", AttemptStage.Queued));
        start = start with { Claims = [Promise("waits", ClaimKind.Evict, "saved")] };
        Assert.Equal("new@5 for 15; here: for 110; leaves: at least 0, leaves 30; saved: for 70; twice: at least 60; waits: at least 30", Read(
            start, Enqueued("new", 5), Entry(PoolEntryKind.Committed, "new", 6), Entry(PoolEntryKind.StopWanted, "saved", 9), Entry(PoolEntryKind.Ended, "saved", 10) with { ComesBack = true },
            Enqueued("saved", 10, number: 2, saves: true), Entry(PoolEntryKind.Committed, "saved", 10, number: 2), Entry(PoolEntryKind.Ended, "new", 21), Entry(PoolEntryKind.Ended, "leaves", 30),
            Entry(PoolEntryKind.Committed, "waits", 30), Entry(PoolEntryKind.Ended, "here", 60), Entry(PoolEntryKind.Ended, "saved", 60, number: 2), Entry(PoolEntryKind.Ticked, "here", 50)));
    }

    [Fact]
    public void A_job_that_ended_and_comes_again_under_its_name_is_another_one() =>
        Assert.Equal("a@1 for 60; a@80 for 10", Read(
            null, Enqueued("a", 1), Entry(PoolEntryKind.Committed, "a", 10), Entry(PoolEntryKind.Ended, "a", 70), Entry(PoolEntryKind.Ended, "a", 75), Enqueued("a", 80, number: 2),
            Entry(PoolEntryKind.Committed, "a", 85, number: 2), Entry(PoolEntryKind.Ended, "a", 95, number: 2)));

    [Fact]
    public void The_past_begins_when_the_pool_was_as_it_is_said_to_have_been_and_without_anything_there_is_none()
    {
        var past = PastReader.Read(Snapshot(), [Entry(PoolEntryKind.Ticked, "x", 7)]);
        Assert.Equal((At(0), At(7)), (past.From, past.Until));

        past = PastReader.Read(null, []);
        Assert.Equal((default, default, 0, 0, 0), (past.From, past.Until, past.Arrivals.Length, past.Runs.Count, past.Racks.Length));
    }

    [Fact]
    public void Racks_that_were_seen_and_the_time_from_the_first_entry_to_the_last_are_the_past()
    {
        var past = PastReader.Read(null, [Entry(PoolEntryKind.EpochBegan, "x", 0) with { At = default }, Entry(PoolEntryKind.RackSeen, "x", 3) with { Rack = Specs.Rack("r") }, Entry(PoolEntryKind.Ticked, "x", 9)]);
        Assert.Equal((At(3), At(9)), (past.From, past.Until));
        Assert.Equal((At(3), "p/r"), (past.Racks.Single().At, past.Racks.Single().Rack.Spec.Rack.Value));
    }
}

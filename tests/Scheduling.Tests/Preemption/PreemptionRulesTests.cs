using Scheduling.Model;
using Scheduling.Preemption;

namespace Scheduling.Tests.Preemption;

public sealed class PreemptionRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly PreemptionLimits Limits = PreemptionLimits.Default;

    [Fact]
    public void A_lower_priority_gives_way_and_an_equal_one_does_not()
    {
        Assert.Equal(VictimVerdict.Eligible, Judge(For(10), Of(9)));
        Assert.Equal(VictimVerdict.Outranks, Judge(For(10), Of(10)));
        Assert.Equal(VictimVerdict.Outranks, Judge(For(10), Of(11)));
    }

    [Fact]
    public void What_was_lent_is_called_back_by_the_owed_whatever_the_priority()
    {
        Assert.Equal(VictimVerdict.Eligible, Judge(For(0), Of(900) with { IsBorrowing = true }));
        Assert.Equal(VictimVerdict.Outranks, Judge(For(0) with { IsOwed = false }, Of(900) with { IsBorrowing = true }));
    }

    [Fact]
    public void A_borrower_evicts_nobody_who_is_within_its_quota()
    {
        Assert.Equal(VictimVerdict.Outranks, Judge(For(900) with { IsOwed = false }, Of(0)));
    }

    [Fact]
    public void Only_the_borrowers_that_a_refusal_names_are_called_on()
    {
        QuotaPath named = new("all/vision"), other = new("all/visionary");
        var borrower = Of(900) with { IsBorrowing = true };
        Assert.Equal(VictimVerdict.Eligible, PreemptionRules.Judge(For(0), borrower with { Quota = new("all/vision/ann") }, Now, Limits, [named]));
        Assert.Equal(VictimVerdict.NotNamed, PreemptionRules.Judge(For(0), borrower with { Quota = other }, Now, Limits, [named]));
    }

    [Fact]
    public void Whoever_has_the_lower_claim_anyway_need_not_be_named_by_a_refusal()
    {
        QuotaPath[] named = [new("all/speech")];
        VictimVerdict Of(Preemptor preemptor, Victim victim) => PreemptionRules.Judge(preemptor, victim, Now, Limits, [.. named]);
        var lent = PreemptionRulesTests.Of(5) with { IsBorrowing = true };
        Assert.Equal(VictimVerdict.Eligible, Of(For(6), lent));
        Assert.Equal(VictimVerdict.NotNamed, Of(For(5), lent));
        Assert.Equal(VictimVerdict.Eligible, Of(For(6) with { IsOwed = false }, lent));
        Assert.Equal(VictimVerdict.Eligible, Of(For(5), PreemptionRulesTests.Of(5) with { IsOpportunistic = true }));
        // As long as the level that is named, and another.
        Assert.Equal(VictimVerdict.NotNamed, Of(For(5), lent with { Quota = new("all/vision") }));
        named = [new("all/sounds")];
        Assert.Equal(VictimVerdict.NotNamed, Of(For(5), lent));
    }

    [Fact]
    public void A_preemptors_standing_is_that_of_what_it_asks_for()
    {
        Assert.Equal(Standing.Owed, For(1).Standing);
        Assert.Equal(Standing.Borrowing, (For(1) with { IsOwed = false }).Standing);
        Assert.Equal(Standing.Opportunistic, (For(1) with { IsOpportunistic = true }).Standing);
    }

    [Fact]
    public void Opportunistic_workers_give_way_to_everyone_else_and_evict_nobody()
    {
        var extension = Of(1000) with { IsOpportunistic = true };
        Assert.Equal(VictimVerdict.Eligible, Judge(For(0) with { IsOwed = false }, extension));
        Assert.Equal(VictimVerdict.PreemptorMayNot, Judge(For(1000) with { IsOpportunistic = true }, extension with { Priority = 0 }));
    }

    [Fact]
    public void An_attempt_is_left_alone_until_it_ran_for_its_minimum_runtime()
    {
        var young = Of(0) with { StartedAt = Now.AddMinutes(-9), MinRuntime = TimeSpan.FromMinutes(10) };
        Assert.Equal(VictimVerdict.TooYoung, Judge(For(10), young));
        Assert.Equal(VictimVerdict.Eligible, Judge(For(10), young with { StartedAt = Now.AddMinutes(-10) }));
    }

    [Fact]
    public void The_same_victim_is_evicted_a_bounded_number_of_times_kubernetes_130429()
    {
        var evictions = 0;
        for (var round = 0; round < 8000; round++)
            if (Judge(For(10), Of(0) with { Evictions = evictions }) == VictimVerdict.Eligible) evictions++;
        Assert.Equal(Limits.MaxEvictions, evictions);
    }

    [Fact]
    public void One_failing_job_that_comes_again_and_again_causes_a_bounded_number_of_evictions_meta_2410_21680()
    {
        var caused = 0;
        for (var attempt = 1; attempt <= 35; attempt++)
        {
            var preemptor = For(10) with { Attempt = new AttemptId(new JobId("big"), attempt), EvictionsCaused = caused };
            caused += Math.Min(16, PreemptionRules.Remaining(preemptor, Limits));
        }

        Assert.Equal(Limits.MaxEvictionsCaused, caused);
        Assert.Equal(VictimVerdict.PreemptorSpent, Judge(For(10) with { EvictionsCaused = caused }, Of(0)));
    }

    [Fact]
    public void A_job_that_may_not_preempt_counts_only_on_what_is_stopping_anyway()
    {
        var patient = For(10) with { MayPreempt = false };
        Assert.Equal(VictimVerdict.PreemptorMayNot, Judge(patient, Of(0)));
        Assert.Equal(VictimVerdict.Stopping, Judge(patient, Of(900) with { IsStopping = true }));
        Assert.Equal(2, PreemptionRules.Eligible(For(10), [Of(0), Of(20), Of(20) with { IsStopping = true }], Now, Limits).Count);
    }

    [Fact]
    public void A_job_never_evicts_an_older_attempt_of_its_own()
    {
        Assert.Equal(VictimVerdict.SameJob, Judge(For(10) with { Attempt = new AttemptId(new JobId("v"), 2) }, Of(0)));
    }

    [Fact]
    public void No_circle_of_evictions_is_possible_kueue_3779()
    {
        // Everyone against everyone: who may evict whom is a strict order, so no chain of evictions comes back to where it began.
        var all = new List<(int Priority, Standing Standing)>();
        for (var priority = 0; priority < 6; priority++)
            foreach (var standing in Enum.GetValues<Standing>()) all.Add((priority, standing));
        foreach (var a in all)
        {
            Assert.False(Evicts(a, a));
            foreach (var b in all)
            {
                Assert.False(Evicts(a, b) && Evicts(b, a), $"{a} and {b}");
                foreach (var c in all) Assert.False(Evicts(a, b) && Evicts(b, c) && Evicts(c, a), $"{a}, {b} and {c}");
            }
        }

        static bool Evicts((int Priority, Standing Standing) by, (int Priority, Standing Standing) who) =>
            Judge(For(by.Priority) with { IsOwed = by.Standing == Standing.Owed, IsOpportunistic = by.Standing == Standing.Opportunistic },
                Of(who.Priority) with { IsBorrowing = who.Standing == Standing.Borrowing, IsOpportunistic = who.Standing == Standing.Opportunistic }) == VictimVerdict.Eligible;
    }

    private static VictimVerdict Judge(Preemptor preemptor, Victim victim) => PreemptionRules.Judge(preemptor, victim, Now, Limits);

    private static Preemptor For(int priority) => new() { Attempt = new AttemptId(new JobId("p"), 1), Priority = priority, Quota = new("all/nlp") };

    private static Victim Of(int priority) => new()
    {
        Attempt = new AttemptId(new JobId("v"), 1),
        Placement = new GangPlacement { Racks = [] },
        Roles = [],
        Priority = priority,
        Quota = new("all/vision"),
        StartedAt = Now.AddHours(-1),
    };
}

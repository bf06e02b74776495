using System.Text.RegularExpressions;

namespace Simulation.Shrinking;

/// <summary>Failures are planted beside the cluster, so that it is known what each comes down to.</summary>
public sealed class ShrinkerTests
{
    [Fact]
    public void A_failure_that_takes_three_operations_shrinks_to_these_and_replays_to_the_same_hash()
    {
        var options = new RunOptions { Profile = Profile.Quiet, Checkers = [w => new Objects(w.Seen.Record, o => o is Op.Suspend, o => o is Op.SetQuota, o => o is Op.Cancel)] };
        var shrunk = Shrinker.Shrink(FirstThatFails(options), options);

        Assert.Collection(shrunk.Result.Scenario.Ops, o => Assert.IsType<Op.Suspend>(o), o => Assert.IsType<Op.SetQuota>(o), o => Assert.IsType<Op.Cancel>(o));
        Assert.Equal(["I18: planted"], shrunk.Result.Broken);
        AssertReplays(shrunk, options);
    }

    [Fact]
    public void Of_many_kinds_of_faults_only_those_that_it_takes_are_left()
    {
        var options = new RunOptions { Profile = Profile.Everything, Checkers = [w => new Objects(w.Seen.Record, o => o is Op.Submit, o => o is Op.CrashSilo)] };
        var shrunk = Shrinker.Shrink(FirstThatFails(options), options);

        Assert.Collection(shrunk.Result.Scenario.Ops, o => Assert.IsType<Op.Submit>(o), o => Assert.Equal(0, Assert.IsType<Op.CrashSilo>(o).AfterSteps));
        AssertReplays(shrunk, options);
    }

    [Fact]
    public void The_transcript_has_a_line_for_every_operation_with_its_time_and_names_the_invariant()
    {
        var options = new RunOptions { Profile = Profile.Crashing, Checkers = [w => new Objects(w.Seen.Record, o => o is Op.CrashSilo, o => o is Op.Evict)] };
        var shrunk = Shrinker.Shrink(FirstThatFails(options), options);

        Assert.Matches(@"^\d\d:\d\d\.\d{3} silo \d crashes after 0 steps, back after \d+ s$", shrunk.Lines[0]);
        Assert.Contains(shrunk.Lines, l => Regex.IsMatch(l, @"^\d\d:\d\d\.\d{3} evict j-\d{3}/\d$"));
        Assert.Contains(shrunk.Lines, l => Regex.IsMatch(l, @"^\d\d:\d\d\.\d{3} VIOLATION I18: planted$"));
        Assert.Contains("I18 (a journal read back gives the same state and the same decisions) is broken: planted", shrunk.Transcript(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_only_found_at_rest_shrinks_too()
    {
        var options = new RunOptions { Profile = Profile.Quiet with { Jobs = 10 }, Checkers = [w => new HatesDrains(w.Seen.Record)], Ending = Ending.Rest };
        var shrunk = Shrinker.Shrink(FirstThatFails(options), options);

        Assert.IsType<Op.Drain>(Assert.Single(shrunk.Result.Scenario.Ops));
        Assert.Equal(Ending.Rest, shrunk.Ending);
    }

    [Fact]
    public void A_run_in_which_nothing_broke_is_not_shrunk()
    {
        var options = new RunOptions { Profile = Profile.Quiet with { Jobs = 1 }, Ending = Ending.None };
        Assert.Throws<ArgumentException>(() => Shrinker.Shrink(Runs.Run(1, options), options));
    }

    [Fact]
    public void An_operation_left_out_leaves_what_the_others_draw_alone()
    {
        var scenario = Scenario.Draw(3, Profile.Everything);
        var without = scenario with { Ops = scenario.Ops.RemoveAt(10) };

        Assert.Equal(scenario.Ops[11..], without.Ops[10..]);
        Assert.Equal(scenario.Ops.Length, scenario.Ops.Select(o => o.Seed).Distinct().Count());
    }

    private static RunResult FirstThatFails(RunOptions options) => Enumerable.Range(1, 20).Select(s => Runs.Run(s, options)).First(r => r.Broken.Count > 0);

    private static void AssertReplays(Shrunk shrunk, RunOptions options)
    {
        var again = Runs.Run(shrunk.Result.Seed, options with { Scenario = shrunk.Result.Scenario, Ending = shrunk.Ending });
        Assert.Equal(shrunk.Result.TraceHash, again.TraceHash);
        Assert.Equal(shrunk.Result.Broken, again.Broken);
    }

    /// <summary>Objects once such operations were made in this order.</summary>
    private sealed class Objects(Action<string> broken, params Func<Op, bool>[] order) : IChecker
    {
        private int _met;

        public void Before(Op op)
        {
            if (_met < order.Length && order[_met](op) && ++_met == order.Length)
            {
                broken("I18: planted");
            }
        }
    }

    private sealed class HatesDrains(Action<string> broken) : IChecker
    {
        private bool _drained;

        public void Before(Op op) => _drained |= op is Op.Drain;

        public void AtRest(string when)
        {
            if (_drained)
            {
                broken($"I18: planted ({when})");
            }
        }
    }
}

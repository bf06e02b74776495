using System.Numerics;
using Scheduling.Ledger;

namespace Scheduling.Tests.Models;

/// <summary>Where GPU time went (I17): a list of what held from when to when, added up anew for every question.</summary>
public sealed class GpuLedgerModelTests(ITestOutputHelper output)
{
    [Fact]
    public void Every_moment_of_every_GPU_goes_to_the_use_that_held_then() => new ModelCheck(output).Run<LedgerVerb>(
        () => new LedgerModel(),
        [(4, LedgerVerb.Pass), (5, LedgerVerb.Set), (1, LedgerVerb.SetTooMuch), (2, LedgerVerb.Lose), (1, LedgerVerb.GoBack), (1, LedgerVerb.Restart)],
        stories: 400, length: 60, "lost some", "lost all there was", "refused", "went back", "restarted", "set at an earlier time");
}

internal enum LedgerVerb
{
    Pass,
    Set,
    SetTooMuch,
    Lose,
    GoBack,
    Restart,
}

internal sealed class LedgerModel : Model<LedgerVerb>
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly GpuUse[] Uses = Enum.GetValues<GpuUse>();

    private readonly List<(long From, long To, GpuLevels Levels)> _spans = [];
    private readonly List<BigInteger> _losses = [];
    private GpuSecondLedger _ledger = new(Noon);
    private GpuLevels _levels;
    private long _counted;
    private long _clock;

    public override string Begin(Dice dice) => "nothing counted";

    public override string Do(LedgerVerb verb, Dice dice)
    {
        var words = verb switch
        {
            LedgerVerb.Pass => Pass(dice),
            LedgerVerb.Set => Set(dice),
            LedgerVerb.SetTooMuch => SetTooMuch(dice),
            LedgerVerb.Lose => Lose(dice),
            LedgerVerb.GoBack => GoBack(dice),
            _ => Restart(),
        };
        Compare();
        return words;
    }

    private string Pass(Dice dice)
    {
        _clock += Time(dice);
        Count();
        _ledger.Advance(Noon.AddMilliseconds(_clock));
        return $"until {_clock} ms";
    }

    private string Set(Dice dice)
    {
        _clock += dice.Next(3) == 0 ? 0 : Time(dice);
        if (_clock < _counted)
            Saw("set at an earlier time");
        var left = dice.Next(9) * (dice.OneIn(8) ? 1_000_000_000_000L : 1000);
        var levels = new GpuLevels { Capacity = left };
        levels = levels with { Productive = Part(dice, ref left), Startup = Part(dice, ref left), Lost = Part(dice, ref left), Held = Part(dice, ref left), Fragmented = Part(dice, ref left), Unhealthy = Part(dice, ref left) };
        Count();
        _levels = levels;
        _ledger.Set(Noon.AddMilliseconds(_clock), levels);
        return $"at {_clock} ms {levels}";
    }

    private string SetTooMuch(Dice dice)
    {
        var bad = dice.OneIn(2)
            ? new GpuLevels { Capacity = 1000, Productive = 600, Held = 401 }
            : new GpuLevels { Capacity = 1000, Startup = -1 - dice.Next(5), Unhealthy = dice.Next(5) };
        var number = "";
        try
        {
            _ledger.Set(Noon.AddMilliseconds(_clock), bad);
        }
        catch (InvariantViolationException e)
        {
            number = e.Number;
        }

        Same("I17", number, $"refusal of {bad}");
        Saw("refused");
        return $"refuses {bad}";
    }

    private string Lose(Dice dice)
    {
        var (milli, ran) = (dice.Next(9) * 500L, dice.OneIn(10) ? -dice.Next(100) : Time(dice));
        var asked = new BigInteger(milli) * Math.Max(0, ran);
        var moved = BigInteger.Min(asked, Spent(GpuUse.Productive));
        _losses.Add(moved);
        Same((double)moved / 1e6, _ledger.MarkLost(milli, TimeSpan.FromMilliseconds(ran)), "moved");
        Saw(moved < asked ? "lost all there was" : moved > 0 ? "lost some" : "lost nothing");
        return $"loses {milli} for {ran} ms";
    }

    private string GoBack(Dice dice)
    {
        _clock -= dice.Next(1, 5000);
        _ledger.Advance(Noon.AddMilliseconds(_clock));
        Saw("went back");
        return $"back to {_clock} ms";
    }

    private string Restart()
    {
        _ledger = GpuSecondLedger.Restore(_ledger.Snapshot());
        Saw("restarted");
        return "restarts";
    }

    private void Count()
    {
        if (_clock <= _counted)
            return;
        _spans.Add((_counted, _clock, _levels));
        _counted = _clock;
    }

    private BigInteger Spent(GpuUse use)
    {
        BigInteger sum = 0;
        foreach (var (from, to, levels) in _spans)
            sum += new BigInteger(Level(levels, use)) * (to - from);
        foreach (var loss in _losses)
            sum += use == GpuUse.Lost ? loss : use == GpuUse.Productive ? -loss : 0;
        return sum;
    }

    private static long Level(GpuLevels levels, GpuUse use) => use switch
    {
        GpuUse.Productive => levels.Productive,
        GpuUse.Startup => levels.Startup,
        GpuUse.Lost => levels.Lost,
        GpuUse.Held => levels.Held,
        GpuUse.Fragmented => levels.Fragmented,
        GpuUse.Unhealthy => levels.Unhealthy,
        _ => levels.Capacity - (levels.Productive + levels.Startup + levels.Lost + levels.Held + levels.Fragmented + levels.Unhealthy),
    };

    private void Compare()
    {
        var snapshot = _ledger.Snapshot();
        Same(Noon.AddMilliseconds(_counted), _ledger.At, "counted up to");
        Same(_levels, _ledger.Levels, "levels");
        BigInteger capacity = 0;
        foreach (var (from, to, levels) in _spans)
            capacity += new BigInteger(levels.Capacity) * (to - from);
        foreach (var use in Uses)
        {
            var units = (new BigInteger(snapshot.High[(int)use]) << 64) + snapshot.Low[(int)use];
            Same(Spent(use), units, $"{use}");
            Near((double)Spent(use) / 1e6, _ledger.Seconds(use), $"seconds of {use}");
            capacity -= units;
        }

        Same(BigInteger.Zero, capacity, "capacity less all uses");
        var all = _spans.Aggregate(BigInteger.Zero, (sum, s) => sum + (new BigInteger(s.Levels.Capacity) * (s.To - s.From)));
        Near((double)all / 1e6, _ledger.CapacitySeconds, "capacity");
        Near(all == 0 ? 0 : (double)Spent(GpuUse.Productive) / (double)all, _ledger.Goodput, "goodput");
    }

    private static void Near(double twin, double subject, string what) =>
        Holds(Math.Abs(twin - subject) <= 1e-9 * Math.Max(1, Math.Abs(twin)), $"{what}: the twin has {twin}, the subject {subject}");

    private static long Time(Dice dice) => dice.Next(2000) * (dice.OneIn(6) ? 1_000_000L : 1);

    private static long Part(Dice dice, ref long left)
    {
        var part = left * dice.Next(4) / 4;
        left -= part;
        return part;
    }
}

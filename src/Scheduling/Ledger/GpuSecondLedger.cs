using System.Collections.Immutable;

namespace Scheduling.Ledger;

/// <summary>
/// Where a pool's GPU time went, in whole numbers: thousandths of a GPU times milliseconds. The uses always add up to capacity times
/// time, to the last unit (I17). Whoever owns it advances it to now, and then sets the levels that hold from now on.
/// </summary>
public sealed class GpuSecondLedger
{
    private const int Uses = (int)GpuUse.Idle + 1;

    /// <summary>Thousandths of a GPU times milliseconds in one GPU-second.</summary>
    private const double UnitsPerGpuSecond = 1e6;

    private readonly Int128[] _spent = new Int128[Uses];
    private Int128 _capacity;
    private long _at;

    /// <param name="start">Nothing is counted before this.</param>
    public GpuSecondLedger(DateTimeOffset start) => _at = start.ToUnixTimeMilliseconds();

    /// <summary>What holds now, and until it is set anew.</summary>
    public GpuLevels Levels { get; private set; }

    /// <summary>Counted up to here.</summary>
    public DateTimeOffset At => DateTimeOffset.FromUnixTimeMilliseconds(_at);

    /// <summary>Counts the time up to now under the present levels. A clock that went back counts nothing until it has caught up.</summary>
    public void Advance(DateTimeOffset now)
    {
        var until = now.ToUnixTimeMilliseconds();
        if (until <= _at)
            return;
        var elapsed = until - _at;
        _at = until;
        _capacity += (Int128)Levels.Capacity * elapsed;
        for (var use = 0; use < Uses; use++)
            _spent[use] += use != (int)GpuUse.Held || Guards.Hold(Guard.EveryUseCounted) ? (Int128)Levels[(GpuUse)use] * elapsed : 0;
        Check();
    }

    /// <summary>Counts up to now, then goes on with other levels.</summary>
    /// <exception cref="InvariantViolationException">A level is negative, or together they are more than the capacity.</exception>
    public void Set(DateTimeOffset now, GpuLevels levels)
    {
        for (var use = 0; use < Uses; use++)
        {
            if (levels[(GpuUse)use] < 0)
                throw new InvariantViolationException("I17", $"{(GpuUse)use} would be {levels[(GpuUse)use]} of {levels.Capacity} thousandths");
        }

        Advance(now);
        Levels = levels;
    }

    /// <summary>
    /// The work of an attempt was thrown away: so much of what was counted as productive was lost. Never more than was counted
    /// (the attempt may be older than the ledger); answers what was moved, in GPU-seconds.
    /// </summary>
    /// <param name="gpuMilli">Thousandths of a GPU that the attempt ran on.</param>
    /// <param name="ran">How long it ran since its last checkpoint that is kept.</param>
    public double MarkLost(long gpuMilli, TimeSpan ran)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(gpuMilli);
        var asked = (Int128)gpuMilli * Math.Max(0, (long)ran.TotalMilliseconds);
        var moved = Int128.Min(asked, _spent[(int)GpuUse.Productive]);
        _spent[(int)GpuUse.Productive] -= moved;
        _spent[(int)GpuUse.Lost] += moved;
        Check();
        return (double)moved / UnitsPerGpuSecond;
    }

    /// <summary>GPU-seconds that went to this use.</summary>
    public double Seconds(GpuUse use) => (double)_spent[(int)use] / UnitsPerGpuSecond;

    /// <summary>GPU-seconds that there were: the sum of all uses.</summary>
    public double CapacitySeconds => (double)_capacity / UnitsPerGpuSecond;

    /// <summary>GPU-seconds of work that was kept, over GPU-seconds of capacity; 0 before there was any.</summary>
    public double Goodput => _capacity == 0 ? 0 : (double)_spent[(int)GpuUse.Productive] / (double)_capacity;

    public GpuLedgerSnapshot Snapshot() => new()
    {
        UnixMilliseconds = _at,
        Levels = Levels,
        High = [.. _spent.Select(s => (long)(s >> 64))],
        Low = [.. _spent.Select(s => unchecked((ulong)s))],
    };

    public static GpuSecondLedger Restore(GpuLedgerSnapshot snapshot)
    {
        var ledger = new GpuSecondLedger(DateTimeOffset.FromUnixTimeMilliseconds(snapshot.UnixMilliseconds)) { Levels = snapshot.Levels };
        for (var use = 0; use < Uses; use++)
        {
            ledger._spent[use] = new Int128(unchecked((ulong)snapshot.High[use]), snapshot.Low[use]);
            ledger._capacity += ledger._spent[use];
        }

        return ledger;
    }

    private void Check()
    {
        Int128 sum = 0;
        foreach (var spent in _spent)
            sum += spent;
        if (sum != _capacity)
            throw new InvariantViolationException("I17", $"the uses add up to {sum}, capacity was {_capacity}");
    }
}

using Scheduling.Model;
using Scheduling.Placement;

namespace Scheduling.Reservations;

/// <summary>
/// When and where a gang that does not fit now will: the earliest time at which it fits if everything that runs ends at its p90. Found by
/// galloping and halving over the attempts in the order of their ends, each trial in the index itself; the index is left as it was.
/// </summary>
public static class ReservationPlanner
{
    /// <summary>Null when the gang does not fit within the horizon, whoever ends until then.</summary>
    public static Reservation? Plan(
        PlacementIndex index, GangRequest request, IReadOnlyList<RunningGang> running, DateTimeOffset now, ReservationOptions? options = null)
    {
        options ??= ReservationOptions.Default;
        return Plan(index, request, EndsOf(index, running, now, options), now, options);
    }

    /// <summary>Who of these is waited for, the first to end first: the same for every gang that is planned at this moment.</summary>
    internal static RunningEnds EndsOf(PlacementIndex index, IReadOnlyList<RunningGang> running, DateTimeOffset now, ReservationOptions options)
    {
        var ends = new List<RunningEnds.Ending>(running.Count);
        foreach (var gang in running)
        {
            if (gang.P90End is not { } end) continue;
            if (end <= now) end = now + options.Overrun;
            if (end - now <= options.Horizon && index.Holds(gang.Placement, gang.Roles)) ends.Add(new RunningEnds.Ending(gang, end));
        }

        ends.Sort((a, b) => a.At != b.At ? a.At.CompareTo(b.At) : Compare(a.Gang.Attempt, b.Gang.Attempt));
        if (ends.Count > options.MaxRunning) ends.RemoveRange(options.MaxRunning, ends.Count - options.MaxRunning);
        return new RunningEnds(ends);
    }

    internal static Reservation? Plan(PlacementIndex index, GangRequest request, RunningEnds ends, DateTimeOffset now, ReservationOptions options)
    {
        var trial = new Trial(index, request, ends.InOrder);
        try
        {
            return trial.Plan(now, options);
        }
        finally
        {
            trial.Restore();
        }
    }

    private static int Compare(AttemptId a, AttemptId b) => a.Job.CompareTo(b.Job) is var byJob and not 0 ? byJob : a.Number - b.Number;

    /// <summary>The first <c>gone</c> attempts are released in the index; single ones may have been put back.</summary>
    private sealed class Trial(PlacementIndex index, GangRequest request, List<RunningEnds.Ending> ends)
    {
        private readonly PlacementBuffer buffer = new();
        private readonly bool[] released = new bool[ends.Count];
        private int gone;

        public Reservation? Plan(DateTimeOffset now, ReservationOptions options)
        {
            if (!Gallop()) return null;
            var waits = Overlapping();
            Restore();
            foreach (var i in waits) Release(i);
            // A rule that looks beyond the target's own nodes may need more than what stood on them.
            if (!Fits()) waits = Prefix();
            Spare(waits, options.MaxTrials);
            if (!index.TryPlace(request, buffer)) throw new InvalidOperationException("A reservation that was proven no longer fits");
            var target = buffer.ToPlacement();
            index.Release(buffer);
            var (start, likely) = (now, now);
            foreach (var i in waits)
            {
                if (ends[i].At > start) start = ends[i].At;
                var p50 = ends[i].Gang.P50End ?? ends[i].At;
                if (p50 < now) p50 = ends[i].At;
                if (p50 > likely) likely = p50;
            }

            return new Reservation { StartAt = start, LikelyAt = likely < start ? likely : start, Target = target, WaitsFor = [.. waits.Select(i => ends[i].Gang.Attempt)] };
        }

        public void Restore()
        {
            for (var i = 0; i < released.Length; i++) Take(i);
        }

        /// <summary>Releases the fewest first attempts with which the gang fits: doubling, then halving; each is moved O(log n) times.</summary>
        private bool Gallop()
        {
            if (Fits()) return true;
            var low = 0;
            for (var step = 1L; ; step *= 2)
            {
                if (low == ends.Count) return false;
                MoveTo((int)Math.Min(ends.Count, step));
                if (Fits()) break;
                low = gone;
            }

            var high = gone;
            // It does not fit with `low` gone, it does with `high`.
            while (high - low > 1)
            {
                var middle = (low + high) / 2;
                MoveTo(middle);
                if (Fits()) high = middle;
                else low = middle;
            }

            MoveTo(high);
            return Fits();
        }

        private List<int> Prefix()
        {
            for (var i = 0; i < gone; i++) Release(i);
            return [.. Enumerable.Range(0, gone)];
        }

        /// <summary>Attempts on the nodes that the gang would get now.</summary>
        private List<int> Overlapping()
        {
            var nodes = new HashSet<(RackId, int)>();
            if (!index.TryPlace(request, buffer)) return [];
            for (var slice = 0; slice < buffer.SliceCount; slice++)
                foreach (ref readonly var worker in buffer.WorkersOf(slice)) nodes.Add((buffer.RackOf(slice), worker.Slot));
            index.Release(buffer);
            return Enumerable.Range(0, gone).Where(i => ends[i].Gang.Placement.Racks.Any(r => r.Workers.Any(w => nodes.Contains((r.Rack, w.Slot))))).ToList();
        }

        /// <summary>Puts back, the one that ends last first, who need not be waited for.</summary>
        private void Spare(List<int> waits, int trials)
        {
            for (var i = waits.Count - 1; i >= 0 && trials > 0; i--, trials--)
            {
                Take(waits[i]);
                if (Fits()) waits.RemoveAt(i);
                else Release(waits[i]);
            }
        }

        private bool Fits()
        {
            if (!index.TryPlace(request, buffer)) return false;
            index.Release(buffer);
            return true;
        }

        private void MoveTo(int count)
        {
            for (; gone < count; gone++) Release(gone);
            for (; gone > count; gone--) Take(gone - 1);
        }

        private void Release(int i)
        {
            if (released[i]) return;
            index.Release(ends[i].Gang.Placement, ends[i].Gang.Roles);
            released[i] = true;
        }

        private void Take(int i)
        {
            if (!released[i]) return;
            index.Take(ends[i].Gang.Placement, ends[i].Gang.Roles);
            released[i] = false;
        }
    }
}

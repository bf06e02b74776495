using System.Globalization;
using Scheduling.Model;
using Scheduling.Scaling;

namespace Scheduling.Tests.Scaling;

/// <summary>What is planned for random pools whose gangs come and go, and whose machines come, join, fail and are refused: see <see cref="Records"/>.</summary>
public sealed class ScaleRecordTests
{
    public static TheoryData<int> Stories => [.. Enumerable.Range(0, 16)];

    [Theory]
    [MemberData(nameof(Stories))]
    public void The_same_is_planned_as_when_it_was_written_down(int number)
    {
        var story = new Story(new Random(number));
        for (var step = 0; step < 50; step++)
            story.Step();
        Records.Check("Scaling", $"story {number:d2}", story.Words);
    }

    private sealed class Story
    {
        private readonly Random _random;
        private readonly ScaleStage _stage;
        private int _names;
        private int _ordered;
        private int _returned;
        private int _unmet;
        private ulong _sum;

        public Story(Random random)
        {
            _random = random;
            _stage = new ScaleStage
            {
                Policy = new ScalePolicy
                {
                    MaxMachines = random.Next(3) == 0 ? random.Next(10, 40) : int.MaxValue, MaxCostPerHour = random.Next(3) == 0 ? random.Next(50, 400) : null,
                    MaxDeletionsPerTenMinutes = random.Next(1, 9), IdleAfter = TimeSpan.FromMinutes(random.Next(1, 15)), KeepForGang = TimeSpan.FromMinutes(random.Next(5, 40)),
                    GiveUpAfter = TimeSpan.FromMinutes(random.Next(1, 10)),
                    Warm = random.Next(3) == 0 ? [new WarmRule { Machines = random.Next(1, 5), GpuModel = random.Next(2) == 0 ? "A100" : null, From = new TimeOnly(12, 30), To = new TimeOnly(random.Next(13, 20), 0) }] : [],
                },
            };
            for (var set = random.Next(1, 4); set >= 0; set--)
            {
                _stage.Set(
                    $"set{set}", random.Next(2, 30),
                    o => o with
                    {
                        RackSize = random.Next(2, 17),
                        Spares = random.Next(3) == 0 ? 1 : 0,
                        CompleteRacks = random.Next(4) == 0,
                        OverProvision = random.Next(4) == 0 ? 0.25 : 0,
                        PricePerHour = random.Next(1, 20),
                        Ceiling = random.Next(2, 30),
                    },
                    random.Next(3) == 0 ? "A100" : "H100", random.Next(4) == 0 ? random.Next(3_000) : null);
            }

            if (random.Next(2) == 0)
                _stage.Share("region", random.Next(1_000, 4_000), [.. _stage.Sets.Select(s => s.Offer.Set)]);
        }

        public string Words => string.Create(CultureInfo.InvariantCulture, $"{_names} gangs, {_ordered} ordered, {_returned} returned, {_unmet} unmet, {_sum:x16}");

        public void Step()
        {
            _stage.Now += TimeSpan.FromSeconds(_random.Next(400));
            for (var changes = _random.Next(3); changes >= 0; changes--)
                Change(_stage.Sets[_random.Next(_stage.Sets.Count)]);
            _stage.RecentDeletions = _random.Next(4) == 0 ? _random.Next(10) : 0;
            var scene = _stage.Scene();
            foreach (var set in scene.Sets)
                _sum = Records.Sum(_sum, string.Join(' ', ScaleProtection.Wanted(set, scene.Demand, scene.IdleSince, scene.Policy.IdleAfter, scene.Now)));
            var plan = _stage.Plan();
            _ordered += plan.Wants.Sum(w => Math.Max(0, w.Capacity - w.Before));
            _returned += plan.Returns.Length;
            _unmet += plan.Unmet.Length;
            IEnumerable<string> words =
            [
                .. plan.Wants.Select(w => $"{w.Set} {w.Capacity} {w.Before} {w.Reason}"), .. plan.Returns.Select(r => $"{r.Set} {r.Instance} {r.Node} {r.Reason}"),
                .. plan.Unmet.Select(u => $"{u.Attempt} {u.Reason}"), .. plan.Served.Select(s => $"{s.Attempt} {string.Join(' ', s.Ordered.Select(o => $"{o.Set} {o.Machines}"))}"),
                .. plan.Earmarks.Select(e => $"{e.For} {string.Join(' ', e.Nodes)} {e.Until:u}"), plan.CostPerHour.ToString(CultureInfo.InvariantCulture),
            ];
            _sum = Records.Sum(_sum, string.Join('\n', words));
        }

        private void Change(OfferedSet set)
        {
            var name = set.Offer.Set;
            switch (_random.Next(12))
            {
                case < 3:
                    _stage.Gang($"gang{++_names}", _random.Next(1, 12), (TopologyLevel)(_random.Next(2) * _random.Next(4)), _random.Next(3) == 0 ? set.Offer.Node.GpuModel : null);
                    if (_random.Next(4) == 0) _stage.Gangs.Reverse();
                    break;
                case 3: _stage.Appear(name, _random.Next(1, 10)); break;
                case 4 or 5: _stage.Join(name, _random.Next(1, 10)); break;
                case 6 or 7 when _stage.Gangs.Count > 0: _stage.Start(_stage.Gangs[0].Attempt.Job.Value, name); break;
                case 8 when _stage.Gangs.Count > 0: _stage.Gone(_stage.Gangs[_random.Next(_stage.Gangs.Count)].Attempt.Job.Value); break;
                case 9: _stage.Refused(name, (ScaleFailure)_random.Next(6), TimeSpan.FromMinutes(_random.Next(1, 20))); break;
                case 10: _stage.Unsettled(name, _random.Next(3) == 0); break;
                case 11 when set.Instances.Length > 0 && _random.Next(2) == 0: _stage.Closed(name, _random.Next(set.Instances.Length)); break;
                default:
                    if (_random.Next(3) == 0) _stage.End();
                    break;
            }
        }
    }
}

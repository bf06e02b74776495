using System.Globalization;
using Scheduling.Prediction;

namespace Scheduling.Tests.Prediction;

/// <summary>What is foretold of random jobs of a random company, with all that can happen to a history: see <see cref="Records"/>.</summary>
public sealed class PredictionRecordTests
{
    public static TheoryData<int> Stories => [.. Enumerable.Range(0, 12)];

    [Theory]
    [MemberData(nameof(Stories))]
    public void Of_the_same_runs_the_same_is_foretold_as_when_it_was_written_down(int number)
    {
        var story = new Story(new Random(number));
        var words = story.Run(250);
        Records.Check("Prediction", $"story {number}", words);
    }

    private sealed class Story(Random random)
    {
        private readonly PredictorLimits _limits = new()
        {
            MaxHistories = random.Next(2) == 0 ? 4096 : random.Next(5, 60), HalveAt = random.Next(2) == 0 ? 256 : random.Next(2, 40), Blend = random.Next(1, 20),
            BatchGap = random.Next(100, 3_000), MaxBatches = random.Next(2) == 0 ? 4096 : random.Next(1, 8),
        };

        private readonly StartForecast _starts = new(lookEvery: random.Next(1, 200), atMostEvery: random.Next(2) * random.Next(60));
        private readonly List<(long Id, RunFeatures Job, long Since)> _running = [];
        private ulong _sum;
        private double _last;
        private long _now;
        private long _id;

        public string Run(int steps)
        {
            var predictor = new RuntimePredictor(_limits);
            var batches = new RunBatches(_limits);
            for (var step = 0; step < steps; step++)
            {
                _now += random.Next(300);
                switch (random.Next(8))
                {
                    case < 3: Start(batches); break;
                    case < 6: End(predictor); break;
                    case 6: predictor.Census(_running.Where(_ => random.Next(4) > 0).Select(r => (r.Job, (double)(_now - r.Since))).ToList()); break;
                    default:
                        Ask(predictor);
                        break;
                }

                if (step % 50 == 49)
                {
                    predictor = RuntimePredictor.Restore(predictor.Snapshot(), _limits);
                    batches = RunBatches.Restore(batches.Snapshot(), _limits);
                }
            }

            Ask(predictor);
            return string.Create(CultureInfo.InvariantCulture, $"{predictor.Histories} histories, {_starts.Count} running, {batches.Snapshot().Batches.Length} batches, last {_last:G6}, {_sum:x16}");
        }

        private RunFeatures Job()
        {
            string Or(string prefix, int most) => random.Next(most) is var n and > 0 ? $"{prefix}{(char)('a' + n)}" : "";
            return RunFeatures.Of(Or("team", 3), Or("user", 4), Or("train-12-", 3), 1 << random.Next(4), random.Next(3) == 0 ? random.Next(500, 20_000) : double.NaN);
        }

        private void Start(RunBatches batches)
        {
            var job = Job();
            var batch = batches.Arrived(job, _now);
            if (random.Next(3) > 0)
                job = job with { Batch = batch };
            _running.Add((++_id, job, _now));
            _starts.Started(_id, job, random.Next(2) * random.Next(2_000), _now);
            Say(batch);
        }

        private void End(RuntimePredictor predictor)
        {
            if (_running.Count == 0)
                return;
            var at = random.Next(_running.Count);
            var (id, job, _) = _running[at];
            _running.RemoveAt(at);
            _starts.Ended(id);
            predictor.Learn(job, Math.Round(Math.Pow(10, random.Next(1, 6) * random.NextDouble()), 3));
        }

        private void Ask(RuntimePredictor predictor)
        {
            for (var i = 0; i < 4; i++)
            {
                var job = _running.Count > 0 && i > 0 ? _running[random.Next(_running.Count)].Job : Job();
                var ran = random.Next(3) == 0 ? 0 : Math.Pow(10, 7 * random.NextDouble());
                var forecast = predictor.Forecast(job, ran);
                Say(forecast.P50, forecast.P90, forecast.P50Left, forecast.P90Left, forecast.Runs, (int)forecast.Basis, predictor.Turn(job, ran));
            }

            var estimate = _starts.Estimate(predictor, random.Next(1, 40), random.Next(12), random.Next(2) * random.Next(100_000), random.Next(3) * 32, _now);
            Say(estimate.P50, estimate.P90);
            foreach (var id in _starts.InOrderOfEnds(predictor, _now))
                Say(id);
        }

        private void Say(params double[] figures)
        {
            foreach (var figure in figures)
            {
                _last = figure;
                _sum = Records.Sum(_sum, figure.ToString("G6", CultureInfo.InvariantCulture));
            }
        }
    }
}

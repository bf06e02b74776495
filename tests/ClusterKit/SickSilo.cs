using System.Diagnostics;
using Grains;
using Grains.Jobs;
using Grains.Pools;
using Scheduling.Model;
using Silo.Clustering;
using Silo.Hosting;

namespace ClusterKit;

/// <summary>
/// The silo as it is deployed, but that it can be made ill: POST /ail/turns and no turn of a grain gets anywhere, though everything else goes on; /ail/threads and
/// turns block the threads that they run on, until there are none; /ail/pool and one turn of pool "p" never ends, though all others do; /ail/busy and it has more to do than it can, but does it. GET /ail/turns: how many it has run.
/// </summary>
internal static class SickSilo
{
    public static async Task<int> Run(string[] args)
    {
        await using var app = SiloProcess.Build(args, static builder => builder.Services.AddSingleton<Illness>().AddSingleton<IIncomingGrainCallFilter>(s => s.GetRequiredService<Illness>()));
        app.MapPost("/ail/{illness}", static (string illness, Illness ill, IGrainFactory grains) => ill.Begin(illness, grains));
        app.MapGet("/ail/turns", static (Illness ill) => ill.Turns);
        await app.RunAsync();
        return 0;
    }

    private sealed class Illness : IIncomingGrainCallFilter
    {
        private const int Callers = 64;
        private const int Blocked = 5_000;
        private static readonly TimeSpan Work = TimeSpan.FromMilliseconds(10);
        private static readonly Caller Somebody = new() { Tenant = null, User = "test", Roles = CallerRoles.Admin };

        private readonly TaskCompletionSource _never = new();
        private readonly ManualResetEventSlim _nor = new(false);
        private volatile string _illness = "";
        private long _turns;

        public long Turns => Interlocked.Read(ref _turns);

        public void Begin(string illness, IGrainFactory grains)
        {
            if (illness == "pool")
            {
                _ = Hang(grains.GetGrain<IPoolGrain>("p"));
                return;
            }

            _illness = illness;
            var (callers, calls) = illness switch { "busy" => (Callers, int.MaxValue), "threads" => (Blocked, 1), _ => (0, 0) };
            for (var i = 0; i < callers; i++)
            {
                _ = Call(grains.GetGrain<IJobGrain>($"ill-{i}"), calls);
            }
        }

        public async Task Invoke(IIncomingGrainCallContext context)
        {
            if (_illness == "pool" && context.Grain is IPoolGrain)
            {
                _nor.Wait();
            }

            if (context.Grain is not IJobGrain and not ISiloProbe)
            {
                await context.Invoke();
                return;
            }

            switch (_illness)
            {
                case "turns":
                    await _never.Task;
                    break;
                case "threads":
                    _nor.Wait();
                    break;
                case "busy":
                    for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < Work;)
                    {
                        Thread.SpinWait(100);
                    }

                    break;
            }

            Interlocked.Increment(ref _turns);
            await context.Invoke();
        }

        private async Task Hang(IPoolGrain pool)
        {
            await pool.GetView();
            _illness = "pool";
            await pool.GetView();
        }

        private static async Task Call(IJobGrain job, int times)
        {
            for (var i = 0; i < times; i++)
            {
                try
                {
                    await job.Get(Somebody);
                }
                catch (Exception e) when (e is TimeoutException or OrleansException)
                {
                    // So it goes.
                }

                // Each call comes as one over the network does: behind everything else that waits for a thread.
                await Task.Factory.StartNew(static () => { }, CancellationToken.None, TaskCreationOptions.PreferFairness, TaskScheduler.Default).ConfigureAwait(false);
            }
        }
    }
}

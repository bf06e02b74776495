using System.Globalization;
using Orleans.Simulation;

[assembly: AssemblyFixture(typeof(Simulation.StepCount))]

namespace Simulation;

/// <summary>Steps of all runs of all worlds, said when the tests are over: build/test.sh shows the line.</summary>
public sealed class StepCount : IDisposable
{
    private static long _steps;
    private static int _runs;

    /// <summary>Counts what the cluster has done when this is disposed of.</summary>
    internal static IDisposable Count(SimulatedCluster cluster) => new Counted(cluster);

    public void Dispose() => Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"simulated: {_steps:N0} steps in {_runs:N0} runs"));

    private sealed class Counted(SimulatedCluster cluster) : IDisposable
    {
        public void Dispose()
        {
            Interlocked.Add(ref _steps, cluster.Steps);
            Interlocked.Increment(ref _runs);
        }
    }
}

using Xunit.Runner.InProc.SystemConsole;

namespace Simulation;

/// <summary>Runs the tests, as every test project does; or, as "simulate …", seeds for as long as wanted: see build/simulate.sh.</summary>
internal static class Program
{
    public static int Main(string[] args) => args is ["simulate", .. var rest]
        ? LongRun.Start(rest, Console.Out)
        : ConsoleRunner.Run(args).GetAwaiter().GetResult();
}

using Azure.Tests.Bench;
using Xunit.Runner.InProc.SystemConsole;

namespace Azure.Tests;

/// <summary>Runs the tests, as every test project does; or, as "bench …", what docs/benchmarks.md says of scale sets.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args) => args is ["bench", .. var which] ? ScaleBench.Run(which, Console.Out) : ConsoleRunner.Run(args);
}

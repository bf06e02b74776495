namespace Silo.Hosting;

/// <summary>Named, so that programs that link this one have an entry point of their own.</summary>
internal static class SiloProgram
{
    public static Task<int> Main(string[] args) => SiloProcess.Run(args, Console.Out, Console.Error);
}

namespace Cli;

/// <summary>Everything outside of the process that a command may touch, so that tests can hand in their own.</summary>
internal sealed record World
{
    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    public required TextReader In { get; init; }

    public required Func<string, string?> Environment { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>Standard output is a terminal: colours are allowed.</summary>
    public bool OutIsTerminal { get; init; }

    /// <summary>Standard error is a terminal: progress may overwrite its line.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Columns of the terminal.</summary>
    public int Width { get; init; } = 120;

    public static World Real() => new()
    {
        Out = Console.Out,
        Error = Console.Error,
        In = Console.In,
        Environment = System.Environment.GetEnvironmentVariable,
        Time = TimeProvider.System,
        OutIsTerminal = !Console.IsOutputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected,
        Width = Console.IsOutputRedirected ? 120 : Math.Max(Console.WindowWidth, 40),
    };
}

namespace Cli;

/// <summary>Ends the command with this exit code. The message is one line for people: what is wrong and what to do.</summary>
internal sealed class CliException(int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>One of <see cref="Cli.ExitCode"/>.</summary>
    public int ExitCode { get; } = exitCode;

    public static CliException Usage(string message) => new(Cli.ExitCode.Usage, message);

    public static CliException Failure(string message, Exception? inner = null) => new(Cli.ExitCode.Failure, message, inner);
}

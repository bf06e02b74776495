using System.CommandLine;
using System.CommandLine.Parsing;
using Cli.Input;
using Gateway.Contracts;

namespace Cli.Commands;

/// <summary>The flags that say what the workers run in a Kubernetes pool; the command itself stands behind --.</summary>
internal sealed class ContainerFlags
{
    private readonly Option<string?> _image = new("--image") { Description = "What the workers run; their command stands behind --", HelpName = "IMAGE" };
    private readonly Option<string[]> _env = new("--env", "-e") { Description = "A variable of the workers; may be repeated", HelpName = "NAME=VALUE" };
    private readonly Option<string?> _workdir = new("--workdir") { Description = "Where the command starts", HelpName = "PATH" };
    private readonly Option<string[]> _mount = new("--mount")
    {
        Description = "PATH=claim:NAME, configmap:NAME, secret:NAME, scratch:SIZE or memory:SIZE, with :ro at the end to only read; may be repeated",
        HelpName = "PATH=KIND:WHAT",
    };

    private readonly Option<string[]> _pullSecret = new("--pull-secret") { Description = "The secret to pull the image with; may be repeated", HelpName = "NAME" };
    private readonly Option<string?> _account = new("--service-account") { Description = "The service account of the workers; one that the operator allows", HelpName = "NAME" };
    private readonly Option<string?> _user = new("--run-as-user") { Description = "The user that the workers run as; never 0", HelpName = "UID" };
    private readonly Option<string[]> _device = new("--device") { Description = "Extended resources of each worker, like rdma/hca=1; may be repeated", HelpName = "NAME=N" };
    private readonly Option<string?> _restart = new("--restart") { Description = "When a worker fails: gang (default), or failedMembers and how often (10)", HelpName = "WHAT[:N]" };
    private readonly Argument<string[]> _command = new("command") { Description = "Behind --: what the workers run instead of the image's own command", Arity = ArgumentArity.ZeroOrMore };

    public IReadOnlyList<Option> All => [_image, _env, _workdir, _mount, _pullSecret, _account, _user, _device, _restart];

    public Argument Command => _command;

    /// <summary>A command was given.</summary>
    /// <exception cref="CliException">Usage: words that are no flags, and stand before --.</exception>
    public bool HasCommand(ParseResult parsed)
    {
        var words = parsed.GetValue(_command) ?? [];
        if (words.Length > 0 && !parsed.Tokens.Any(t => t.Type == TokenType.DoubleDash))
        {
            throw words[0].StartsWith('-')
                ? CliException.Usage($"'{words[0]}' is no command or option here; see 'sched submit --help'")
                : CliException.Usage($"\"{words[0]}\" is no flag; write what the workers run behind --, as in: --image IMAGE -- python train.py");
        }

        return words.Length > 0;
    }

    /// <exception cref="CliException">Usage.</exception>
    public SubmitJobRequest Read(ParseResult parsed, SubmitJobRequest job)
    {
        var container = new JobContainer
        {
            Image = parsed.GetValue(_image),
            Command = HasCommand(parsed) ? parsed.GetValue(_command) : null,
            Env = ListOrNull(parsed.GetValue(_env), e => Mounts.Variable("--env", e)),
            WorkingDir = parsed.GetValue(_workdir),
            Volumes = ListOrNull(parsed.GetValue(_mount), m => Mounts.Parse("--mount", m)),
            ImagePullSecrets = ListOrNull(parsed.GetValue(_pullSecret), s => s),
            ServiceAccountName = parsed.GetValue(_account),
            RunAsUser = parsed.GetValue(_user) is { } user ? Quantity.Integer("--run-as-user", user, 1, Limits.MaxUserId) : null,
            Devices = Mounts.Devices("--device", parsed.GetValue(_device) ?? []),
        };
        if (container == new JobContainer())
        {
            return job with { Restart = Restart(parsed) };
        }

        return container.Image is null
            ? throw CliException.Usage("workers that run something need an image: give it with --image")
            : job with { Container = container, Restart = Restart(parsed) };
    }

    private JobRestart? Restart(ParseResult parsed) => parsed.GetValue(_restart) is { } text ? Mounts.Restart("--restart", text) : null;

    private static IReadOnlyList<T>? ListOrNull<T>(string[]? values, Func<string, T> read) => values is { Length: > 0 } ? [.. values.Select(read)] : null;
}

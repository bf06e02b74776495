using Silo.Tests.Durability;

// Started by the kill tests with a role, by everybody else as the test runner.
return args is [AppendingChild.Role, ..]
    ? await AppendingChild.Run(args[1..])
    : await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
